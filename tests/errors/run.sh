#!/usr/bin/env bash
# Runs the simulator on every bad input of this folder and compares its exit code and its messages, byte by byte.
#   tests/errors/run.sh [PROGRAM]            compare; PROGRAM defaults to build/release/simulate
#   tests/errors/run.sh --accept [PROGRAM]   write what the program says into the .expected files
#
# NAME.expected holds `exit CODE` and then standard error. NAME.yaml is the scenario. A case that needs more than
# `simulate tests/errors/NAME.yaml` has NAME.command: a line of bash with $simulate, $file (the scenario) and $temp (an
# empty folder, shown as TEMP). NAME.part.yaml is included by other cases and no case itself.
set -uo pipefail

accept=no
if [[ ${1-} == --accept ]]; then
  accept=yes
  shift
fi
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
simulate=$(realpath "${1:-$root/build/release/simulate}") || exit 2
cd "$root" || exit 2
folder=tests/errors
scratch=$(mktemp -d) || exit 2
trap 'chmod -R u+rwX "$scratch"; rm -rf "$scratch"' EXIT
export LC_ALL=C

names_of_cases() {
  local file
  for file in "$folder"/*.yaml "$folder"/*.command; do
    [[ $file == *.part.yaml ]] || basename "${file%.*}"
  done | sort -u
}

# What one case prints: the exit code, then standard error with changing folders replaced. Data on standard output is a
# mistake of its own: nothing may be printed before an error.
answer_of() {
  local file=$folder/$1.yaml temp=$scratch/$1 status=0
  mkdir "$temp"
  if [[ -e $folder/$1.command ]]; then
    # shellcheck source=/dev/null
    (source "$folder/$1.command") >"$scratch/out" 2>"$scratch/err" </dev/null || status=$?
  else
    "$simulate" "$file" >"$scratch/out" 2>"$scratch/err" </dev/null || status=$?
  fi
  printf 'exit %d\n' "$status"
  sed -e "s#$temp#TEMP#g" -e "s#$root/##g" "$scratch/err"
  if [[ -s $scratch/out ]]; then printf 'and on standard output:\n' && cat "$scratch/out"; fi
}

failures=0
count=0
for name in $(names_of_cases); do
  count=$((count + 1))
  answer_of "$name" >"$scratch/answer"
  if [[ $accept == yes ]]; then
    cp "$scratch/answer" "$folder/$name.expected"
  elif ! diff -u --label "$folder/$name.expected" --label "what the program says" "$folder/$name.expected" \
    "$scratch/answer"; then
    failures=$((failures + 1))
  fi
done
if ((count == 0)); then
  echo "no cases in $folder" >&2
  exit 2
fi
echo "$count bad inputs, $failures differ"
((failures == 0))
