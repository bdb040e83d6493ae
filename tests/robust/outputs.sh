#!/usr/bin/env bash
# Every file that the program writes is whole or not there, whatever stops it; and it says what stopped it.
#   tests/robust/outputs.sh PROGRAM
set -uo pipefail

simulate=$(realpath "${1:?usage: outputs.sh PROGRAM}") || exit 2
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cd "$root" || exit 2
scratch=$(mktemp -d) || exit 2
trap 'chmod -R u+rwX "$scratch"; rm -rf "$scratch"' EXIT
quick=scenarios/quickstart.yaml
kernels=$scratch/kernels.csv
head -n 3 validation/microbench/gemm.csv >"$kernels"
failures=0

fail() {
  printf 'FAILED: %s\n' "$*"
  failures=$((failures + 1))
}

# expect CODE WORDS COMMAND...: exit code and words of standard error; without WORDS standard error is empty.
expect() {
  local code=$1 words=$2 status=0
  shift 2
  "$@" >"$scratch/out" 2>"$scratch/err" </dev/null || status=$?
  if ((status != code)); then fail "exit $status instead of $code: $*" && head -n 3 "$scratch/err"; fi
  if [[ -z $words && -s $scratch/err ]]; then fail "says something: $*" && head -n 3 "$scratch/err"; fi
  if [[ -n $words ]] && ! grep -qF -- "$words" "$scratch/err"; then
    fail "does not say \"$words\": $*"
    head -n 3 "$scratch/err"
  fi
}

# Every option that writes a file, with the file at the end.
writers() {
  local file=$1 check=$2
  "$check" "$file" "$simulate" "$quick" --no-gains --quiet --trace "$file"
  "$check" "$file" "$simulate" campaign "$quick" --quiet --trace "$file"
  "$check" "$file" "$simulate" schedule 1f1b --svg "$file"
  "$check" "$file" "$simulate" validate "$scratch/records.yaml" --quiet --svg "$file"
  "$check" "$file" "$simulate" validate "$scratch/records.yaml" --quiet --html "$file"
  "$check" "$file" "$simulate" validate "$scratch/records.yaml" --quiet --markdown "$file"
  "$check" "$file" "$simulate" calibrate "$quick" --log "$scratch/train.log" --quiet -o "$file"
  "$check" "$file" "$simulate" completion zsh -o "$file"
}

# One record and a log of ten iterations: small inputs of validate and calibrate.
sed -n '/^- /,$p' validation/measurements.yaml | awk '/^- / && seen++ { exit } { print }' >"$scratch/records.yaml"
for ((step = 1; step <= 12; ++step)); do
  printf ' iteration %d/ 100 | elapsed time per iteration (ms): 5200.%d | global batch size: 512 |\n' "$step" "$step"
done >"$scratch/train.log"

cannot_write() { expect 2 "$1: cannot be written: " "${@:2}"; }

# What stood there stays, and nothing lies beside it.
keeps_old() {
  cannot_write "$@"
  [[ $(cat "$1") == old ]] || fail "changed what stood there: ${*:2}"
  [[ $(ls "$(dirname "$1")") == "$(basename "$1")" ]] || fail "left $(ls "$(dirname "$1")"): ${*:2}"
}

whole() {
  local status=0
  "${@:2}" >"$scratch/out" 2>"$scratch/err" </dev/null || status=$?
  ((status == 0)) || fail "exit $status: ${*:2}"
  [[ $(ls "$(dirname "$1")") == "$(basename "$1")" ]] || fail "left $(ls "$(dirname "$1")"): ${*:2}"
  [[ $(head -c 3 "$1") != old && -s $1 ]] || fail "wrote nothing: ${*:2}"
}

fresh_folder() {
  rm -rf "$scratch/folder"
  mkdir "$scratch/folder"
  echo old >"$scratch/folder/file"
}

# A good end, so that the checks below are of files that would have been written.
fresh_folder
writers "$scratch/folder/file" whole

# A device that is full, a folder, and folders in which nobody can make a file.
writers /dev/full cannot_write
mkdir "$scratch/a_folder"
writers "$scratch/a_folder" cannot_write
writers /proc/file cannot_write
writers "$scratch/none/file" cannot_write

# A file that may not grow beyond a kilobyte stands for a disk that fills up while it is written.
fresh_folder
(ulimit -f 1 && expect 2 'cannot be written: File too large' "$simulate" "$quick" --no-gains --trace "$scratch/folder/file" &&
  exit "$failures") || fail 'a file beyond the limit of sizes'
[[ $(cat "$scratch/folder/file") == old && $(ls "$scratch/folder") == file ]] || fail 'a file beyond the limit of sizes'

# Somebody else's folder. Root may write everywhere, so that root becomes nobody for this.
fresh_folder
chmod 555 "$scratch/folder"
chmod 755 "$scratch"
as_nobody=()
if ((EUID == 0)); then as_nobody=(setpriv --reuid=65534 --regid=65534 --clear-groups); fi
if "${as_nobody[@]}" test -x "$simulate" -a -r "$root/$quick" 2>/dev/null; then
  expect 2 'cannot be written: Permission denied' "${as_nobody[@]}" "$simulate" schedule 1f1b --svg "$scratch/folder/new"
  expect 2 'cannot be written: Permission denied' "${as_nobody[@]}" "$simulate" schedule 1f1b --svg "$scratch/folder/file"
  [[ $(cat "$scratch/folder/file") == old ]] || fail 'wrote into a read-only folder'
else
  echo 'left out: a read-only folder (nobody cannot run the program here)'
fi

# A folder of traces is whole or not there, too.
traces() { "$simulate" "$quick" --no-gains --quiet --set training.global_batch=4 --chakra "$1"; }
fresh_folder
expect 2 "$scratch/folder: cannot be written: something is there already" traces "$scratch/folder"
[[ $(cat "$scratch/folder/file") == old && $(ls "$scratch/folder") == file ]] || fail 'changed a folder that is in use'
rm "$scratch/folder/file"
traces "$scratch/folder" >/dev/null || fail 'traces into an empty folder'
written=("$scratch/folder"/*)
((${#written[@]} == 9)) || fail "wrote $(ls "$scratch/folder")"
expect 2 "$scratch/none/traces: cannot be written: No such file or directory" traces "$scratch/none/traces"
expect 2 '/proc/traces: cannot be written: ' traces /proc/traces
(ulimit -f 1 && expect 2 'cannot be written: File too large' traces "$scratch/traces" && exit "$failures") ||
  fail 'traces beyond the limit of sizes'
if compgen -G "$scratch/traces*" >/dev/null; then fail 'left traces that are not whole'; fi

# Standard output: full, closed, and a reader that leaves early, also below a parent that ignores the signal.
for line in "$quick --no-gains" "$quick --no-gains --json" "$quick --print-config" chips models schedule schema --help \
  --version 'topology dgx_h100_single' "memory $quick" "explain $quick" "validate --kernels $kernels"; do
  read -r -a arguments <<<"$line"
  full() { "$simulate" "${arguments[@]}" >/dev/full; }
  expect 2 'standard output: No space left on device' full
  closed() { "$simulate" "${arguments[@]}" >&-; }
  expect 2 'standard output: Bad file descriptor' closed
done
leaves_early() { "$simulate" schema | true; return "${PIPESTATUS[0]}"; }
ignores_pipes() { (trap '' PIPE && "$simulate" schema; echo "$?" >"$scratch/code") | true; return "$(cat "$scratch/code")"; }
# The reader is gone before the first byte or after it: a short text may still fit into the pipe.
for reader in leaves_early ignores_pipes; do
  status=0
  "$reader" >/dev/null 2>"$scratch/err" || status=$?
  [[ $status == 0 || $status == 141 ]] || fail "exit $status when the reader leaves ($reader)"
  [[ ! -s $scratch/err ]] || fail "says something when the reader leaves ($reader): $(cat "$scratch/err")"
done

# stopped SIGNAL CODE PATTERN ARGUMENTS...: the program that runs with the arguments gets the signal as soon as there is
# a file of the pattern, ends with the code and says nothing.
stopped() {
  local signal=$1 code=$2 pattern=$3 turn status=0 program
  shift 3
  env --default-signal=INT,TERM "$simulate" "$quick" --no-gains --quiet "$@" >/dev/null 2>"$scratch/err" </dev/null &
  program=$!
  for ((turn = 0; turn < 600; ++turn)); do
    if compgen -G "$pattern" >/dev/null; then break; fi
    sleep 0.05
  done
  compgen -G "$pattern" >/dev/null || fail "SIG$signal came too late to find what is being written"
  kill "-$signal" "$program"
  wait "$program" || status=$?
  ((status == code)) || fail "exit $status after SIG$signal"
  [[ ! -s $scratch/err ]] || fail "says something after SIG$signal: $(cat "$scratch/err")"
}

# Ctrl-C and kill while a file is written: exit 130 and 143, and the folder is as it was. The same while a folder is
# written: nothing of it is left.
for signal_and_code in INT:130 TERM:143; do
  signal=${signal_and_code%:*}
  code=${signal_and_code#*:}
  fresh_folder
  stopped "$signal" "$code" "$scratch/folder/*.part" --trace "$scratch/folder/file" --trace-iterations 1000
  [[ $(cat "$scratch/folder/file") == old && $(ls "$scratch/folder") == file ]] ||
    fail "SIG$signal left $(ls "$scratch/folder")"
  stopped "$signal" "$code" "$scratch/traces.*" --chakra "$scratch/traces"
  if compgen -G "$scratch/traces*" >/dev/null; then fail "SIG$signal left $(ls -d "$scratch"/traces*)"; fi
  rm -rf "$scratch"/traces*
done

if ((failures > 0)); then printf '%d mistakes\n' "$failures" && exit 1; fi
