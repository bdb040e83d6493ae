#!/usr/bin/env bash
# Installs the build into a folder, runs the program there, moves the folder and runs it again, and builds the example
# that links the library against the moved folder. usage: install.sh BUILD_FOLDER
set -euo pipefail
build=$(realpath "$1")
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() {
  echo "FAILED: $*" >&2
  exit 1
}

cmake --install "$build" --prefix "$work/first place" >"$work/log" || { cat "$work/log" >&2 && fail "cmake --install"; }
prefix="$work/first place"
# A part that only the installed catalogue has tells its data from those of the source tree.
sed 's/^id: .*/id: ONLY-HERE/' "$root/catalog/chips/h20-sxm-96gb.yaml" \
  >"$prefix/share/cluster-training-simulator/catalog/chips/only-here.yaml"

try() {
  mkdir -p "$work/user"
  cp "$root/scenarios/quickstart.yaml" "$work/user/mine.yaml"
  (
    cd "$work/user"
    unset SIM_DATA_DIR
    "$prefix/bin/simulate" chips | grep -q ONLY-HERE || fail "not the data beside the program"
    "$prefix/bin/simulate" --json mine.yaml >answer.json || fail "simulate FILE"
    "$prefix/bin/simulate" mine.yaml --set fleet.0.chip=ONLY-HERE --set fleet.0.topology=hgx_h20_single >/dev/null ||
      fail "the part of the installed catalogue"
    ln -sf "$prefix/bin/simulate" linked
    ./linked chips | grep -q ONLY-HERE || fail "through a link"
  )
}

try
echo "ok: runs where it is installed"
mv "$prefix" "$work/second place"
prefix="$work/second place"
try
echo "ok: runs where it was moved"
for file in share/bash-completion/completions/simulate share/zsh/site-functions/_simulate \
  share/fish/vendor_completions.d/simulate.fish share/man/man1/simulate.1.gz share/man/man1/simulate-run.1.gz \
  share/man/man1/simulate-import-graph.1.gz \
  share/cluster-training-simulator/schema/scenario.schema.json; do
  [[ -s $prefix/$file ]] || fail "$file is missing"
done

cmake -S "$root/examples/library" -B "$work/example" -DCMAKE_PREFIX_PATH="$prefix" -DCMAKE_BUILD_TYPE=Release \
  >"$work/log" 2>&1 || { cat "$work/log" >&2 && fail "find_package"; }
cmake --build "$work/example" >"$work/log" 2>&1 || { cat "$work/log" >&2 && fail "the example does not build"; }
days=$("$work/example/ideal_days" "$work/user/mine.yaml" training.tokens 10e9 20e9) || fail "the example does not run"
echo "$days"
# Twice the tokens are twice the steps, and the program says the same of the scenario.
awk -F '\t' '{ days[NR] = $2 + 0 } END { exit !(NR == 2 && days[1] > 0 && (days[2] / days[1] - 2)^2 < 0.01) }' <<<"$days" ||
  fail "days of the example"
"$prefix/bin/simulate" "$work/user/mine.yaml" --set training.tokens=20e9 --plain |
  awk -F '\t' -v days="$(awk -F '\t' 'NR == 2 { print $2 + 0 }' <<<"$days")" \
    '$1 == "run.ideal_days" { agrees = ($2 - days)^2 < 0.01 } END { exit !agrees }' || fail "not as the program"
"$work/example/ideal_days" "$work/user/none.yaml" training.tokens 1e9 2>/dev/null && fail "no error of a missing file"
echo "ok: the library is found, linked and answers as the program does"
