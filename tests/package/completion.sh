#!/usr/bin/env bash
# Drives the completions in real shells: bash, and zsh and fish where they are installed (scripts/setup --all).
# usage: completion.sh PROGRAM
# shellcheck disable=SC2317  # complete_SHELL is called by its name
set -uo pipefail
simulate=$(realpath "$1") || exit 2
zsh_driver=$(dirname "$(realpath "$0")")/complete.zsh
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/bin" "$work/here/runs" && ln -s "$simulate" "$work/bin/simulate"
PATH=$work/bin:$PATH
cd "$work/here" || exit 2
touch mine.yaml notes.txt results.jsonl topo.xml fabric.dot fabric.graphml
failures=0

# expect SHELL "LINE" WORD...: what the shell offers at the end of the line, sorted; "+" first: these are among it.
expect() {
  local shell=$1 line=$2 offered wanted word
  shift 2
  offered=$("complete_$shell" "$line" | LC_ALL=C sort -u)
  if [[ ${1-} == + ]]; then
    shift
    for word in "$@"; do
      grep -qxF -- "$word" <<<"$offered" || { echo "FAILED: $shell: '$line' does not offer $word but: $offered" && failures=1; }
    done
    return
  fi
  wanted=$(printf '%s\n' "$@" | LC_ALL=C sort -u)
  [[ $offered == "$wanted" ]] || { echo "FAILED: $shell: '$line' offers: $offered; expected: $wanted" && failures=1; }
}

"$simulate" completion bash >"$work/simulate.bash" && "$simulate" completion zsh >"$work/_simulate" &&
  "$simulate" completion fish >"$work/simulate.fish" || exit 2

# As readline would: words apart at blanks and at equals signs; the last one is at the cursor.
complete_bash() {
  bash -c 'source "$1"
    read -r -a COMP_WORDS <<<"${2//=/ = }"
    [[ $2 == *" " || $2 == *= ]] && COMP_WORDS+=("")
    COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
    _simulate simulate "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
    printf "%s\n" "${COMPREPLY[@]}"' bash "$work/simulate.bash" "$1"
}

complete_fish() { fish --no-config -c "source $work/simulate.fish; complete -C '$1'" | cut -f 1; }

# zsh completes only in a terminal of its own: one is made, and what it offers is written to a file.
complete_zsh() { zsh -f "$zsh_driver" "$work" "$1"; }

check_shell() {
  local shell=$1
  expect "$shell" 'simulate pla' plan
  expect "$shell" 'simulate ' + run plan mine.yaml
  expect "$shell" 'simulate run --fail' --fail-if
  expect "$shell" 'simulate mine.yaml --trace-i' --trace-iterations
  expect "$shell" 'simulate schema ' + chip model rule scenario study
  expect "$shell" 'simulate report --lang ' en zh
  expect "$shell" 'simulate chips H20-' H20-SXM-141GB H20-SXM-96GB
  expect "$shell" 'simulate chips --rule bis-202' + bis-2022 bis-2023
  expect "$shell" 'simulate init --model gpt3-' + gpt3-175b
  expect "$shell" 'simulate man pla' plan
  expect "$shell" 'simulate import mega' megatron-args
  expect "$shell" 'simulate import megatron-args --vocab' --vocab-size
  expect "$shell" 'simulate import megatron-args mine.sh --chip H20-' H20-SXM-141GB H20-SXM-96GB
  expect "$shell" 'simulate import slurm-topology --net' --network
  expect "$shell" 'simulate import nccl-topology --node' ''
  expect "$shell" 'simulate import graph --qui' --quiet
  expect "$shell" 'simulate import graph fab' fabric.dot fabric.graphml
  expect "$shell" 'simulate import nccl-topology topo' topo.xml
  expect "$shell" 'simulate man import-g' import-graph
  expect "$shell" 'simulate plan mine.yaml --fix sched' schedule
  expect "$shell" 'simulate schedule zb_' + zb_h1 zb_v
}

check_shell bash
expect bash 'simulate run ' mine.yaml runs
expect bash 'simulate map ' results.jsonl runs
expect bash 'simulate --json pla' plan
expect bash 'simulate report --lang=z' zh
expect bash 'simulate run mine.yaml --set ' ''
echo "bash $BASH_VERSION"
for shell in zsh fish; do
  if command -v "$shell" >/dev/null; then check_shell "$shell" && "$shell" --version; else echo "no $shell: skipped"; fi
done
exit "$failures"
