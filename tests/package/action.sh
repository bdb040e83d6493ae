#!/usr/bin/env bash
# The GitHub Action, run here: its script with GitHub's variables, in a repository with two commits. usage: action.sh PROGRAM
set -uo pipefail
simulate=$(realpath "$1") || exit 2
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/bin" "$work/clone/runs/deep" && ln -s "$simulate" "$work/bin/simulate"
cd "$work/clone" || exit 2
failures=0

git init -q . && git config user.name test && git config user.email test@example.org
cp "$root/scenarios/quickstart.yaml" "runs/same.yaml"
cp "$root/scenarios/quickstart.yaml" "runs/longer run.yaml"
git add . && git commit -q -m one
base=$(git rev-parse HEAD)
sed -i 's/^  tokens: .*/  tokens: 1e12/' "runs/longer run.yaml"
sed 's/^  tokens: .*/  tokens: many/' runs/same.yaml >runs/deep/wrong.yaml
git add . && git commit -q -m two

# act CODE NAME=VALUE...: runs the action's script; it must end with CODE. Its output is in $said.
act() {
  local wanted=$1 code=0
  shift
  : >"$work/output"
  : >"$work/summary"
  said=$(env PATH="$work/bin:$PATH" GITHUB_OUTPUT="$work/output" GITHUB_STEP_SUMMARY="$work/summary" GITHUB_ACTIONS=true \
    "$@" "$root/scripts/simulate_changed" 2>"$work/messages") || code=$?
  [[ $code == "$wanted" ]] || complain "$* ended with $code, not $wanted: $said $(cat "$work/messages")"
}
complain() {
  echo "FAILED: $*"
  failures=1
}
says() { grep -qE -- "$1" <<<"$said" || complain "no line '$1' in: $said"; }

act 4 SIM_SCENARIOS='runs/*.yaml' SIM_FAIL_IF='days.p50 > 30' SIM_BASE="$base"
says '^::error file=runs/longer run.yaml,title=simulate \(exit 4\)::--fail-if: days.p50 > 30'
grep -q 'same' <<<"$said" && complain "a scenario that did not change was run"
[[ $(cat "$work/output") == failed=1 ]] || complain "the output: $(cat "$work/output")"
grep -q '^| runs/longer run.yaml | [0-9.]* | --fail-if' "$work/summary" || complain "the summary: $(cat "$work/summary")"

act 0 SIM_SCENARIOS='runs/*.yaml' SIM_FAIL_IF='days.p50 > 30000' SIM_BASE="$base"
act 0 SIM_SCENARIOS='runs/*.yaml' SIM_FAIL_IF= SIM_BASE="$base"
# Mistakes stand at their line; the highest code of all files is the action's.
act 2 SIM_SCENARIOS='runs/**/*.yaml' SIM_FAIL_IF= SIM_BASE="$base"
says '^::error file=runs/deep/wrong.yaml,line=[0-9]+,col=[0-9]+,title=simulate \(exit 2\)::.*tokens.*%0A'
act 4 SIM_SCENARIOS='runs/**/*.yaml' SIM_FAIL_IF='days > 30' SIM_BASE="$base"
[[ $(cat "$work/output") == failed=2 ]] || complain "two failures: $(cat "$work/output")"
# All of them: when asked for, and when there is no base (zeros: the first push of a branch).
act 4 SIM_SCENARIOS='runs/*.yaml' SIM_FAIL_IF='days > 30' SIM_BASE="$base" SIM_CHANGED_ONLY=false
says '^runs/same.yaml: [0-9.]+ days, exit 0'
act 4 SIM_SCENARIOS='runs/*.yaml' SIM_FAIL_IF='days > 30' SIM_BASE=0000000000000000000000000000000000000000
says '^runs/same.yaml: '
act 0 SIM_SCENARIOS='runs/*.yaml' SIM_FAIL_IF='days > 30' SIM_BASE="$(git rev-parse HEAD)"
says '^no scenario has changed'
# The inputs of action.yml are those that the script reads.
for name in SIM_SCENARIOS SIM_FAIL_IF SIM_CHANGED_ONLY SIM_VERSION SIM_BASE; do
  grep -q "^ *$name: " "$root/action.yml" || complain "action.yml does not set $name"
done
exit "$failures"
