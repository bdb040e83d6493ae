#!/usr/bin/env bash
# Compares whole answers with the texts of this folder, byte by byte.
#   tests/golden/run.sh [PROGRAM]            compare; PROGRAM defaults to build/release/simulate
#   tests/golden/run.sh --accept [PROGRAM]   write what the program says
# NAME.txt is what `simulate scenarios/NAME.yaml` prints.
set -uo pipefail

accept=no
if [[ ${1-} == --accept ]]; then
  accept=yes
  shift
fi
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
simulate=$(realpath "${1:-$root/build/release/simulate}") || exit 2
cd "$root" || exit 2

failures=0
for golden in tests/golden/*.txt; do
  scenario=scenarios/$(basename "${golden%.txt}").yaml
  answer=$("$simulate" "$scenario") || exit 1
  if [[ $accept == yes ]]; then
    printf '%s\n' "$answer" >"$golden"
  elif ! diff -u --label "$golden" --label "what the program says" "$golden" <(printf '%s\n' "$answer"); then
    failures=$((failures + 1))
  fi
done
((failures == 0))
