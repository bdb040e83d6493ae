#!/usr/bin/env bash
# Every manual page renders without a warning, and names each option that --help lists. usage: manual.sh PROGRAM
# Ends with 77 where man is not installed (scripts/setup --all).
set -uo pipefail
simulate=$(realpath "$1") || exit 2
command -v man >/dev/null || { echo "skipped: no man" && exit 77; }
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
failures=0

"$simulate" man --folder "$work" || exit 2
for page in "$work"/*.1.gz; do
  command=$(basename "$page" .1.gz)
  warnings=$(LC_ALL=C.UTF-8 MANWIDTH=100 MANROFFSEQ='' man --warnings -E UTF-8 -l "$page" 2>&1 >"$work/text")
  [[ -z $warnings ]] || { echo "FAILED: $command: $warnings" && failures=1; }
  words=()
  [[ $command == simulate ]] || words=("${command#simulate-}")
  [[ $command == simulate-import-* ]] && words=(import "${command#simulate-import-}")
  help=$("$simulate" "${words[@]}" --help) || { echo "FAILED: there is no command ${words[*]}" && failures=1; }
  # Hyphens of groff may break lines; the options are compared without them.
  while read -r option; do
    grep -qF -- "$option" "$work/text" || { echo "FAILED: $command says nothing of $option" && failures=1; }
  done < <(grep -oE '^ +(-[a-z],)?--[a-z-]+' <<<"$help" | grep -oE -- '--[a-z-]+')
  for title in NAME SYNOPSIS 'EXIT STATUS' 'SEE ALSO'; do
    grep -q "^$title" "$work/text" || { echo "FAILED: $command has no $title" && failures=1; }
  done
done
for part in graph megatron-args nccl-topology slurm-topology; do
  [[ -s $work/simulate-import-$part.1.gz ]] || { echo "FAILED: import $part has no page" && failures=1; }
done
echo "$(find "$work" -name '*.gz' | wc -l) pages"
exit "$failures"
