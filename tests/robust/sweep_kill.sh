#!/usr/bin/env bash
# Kills a sweep (SIGKILL) at random points until it is done, and compares it with one that nobody killed: no row may be
# lost, done twice or differ. Then the gentle ends: Ctrl-C and SIGTERM. usage: sweep_kill.sh PROGRAM
set -uo pipefail
simulate=$(realpath "$1") || exit 2
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2

fail() {
  echo "FAILED: $*" >&2
  exit 1
}

cat >study.yaml <<YAML
scenario: $root/scenarios/quickstart.yaml
design: grid
axes:
  - {key: training.tokens, from: 10e9, to: 40e9, steps: 40}
  - {key: fleet.0.count, values: [8, 4]}
YAML

"$simulate" --quiet sweep study.yaml -o whole.jsonl >/dev/null || fail "the sweep itself"
[[ $(wc -l <whole.jsonl) == 81 ]] || fail "80 points and a header were expected"
[[ $(grep -c '"status":"infeasible"' whole.jsonl) == 40 ]] || fail "4 chips cannot hold dp 4 x tp 2"

RANDOM=${SEED:-$$}
echo "seed ${SEED:-$$}"
kills=0
: >before
while [[ ! -e killed.jsonl ]]; do
  "$simulate" --quiet sweep study.yaml -o killed.jsonl --jobs 2 >/dev/null 2>stderr &
  process=$!
  # Longer and longer, so that it ends on a busy machine too.
  pause=$((RANDOM % (150 + 5 * kills) + 20))
  sleep "$((pause / 1000)).$(printf '%03d' $((pause % 1000)))"
  if kill -KILL "$process" 2>/dev/null; then kills=$((kills + 1)); fi
  wait "$process" 2>/dev/null
  if [[ -e killed.jsonl.unfinished ]]; then
    # Whole lines stay as they were: the next attempt only adds to them.
    head -n "$(wc -l <killed.jsonl.unfinished)" killed.jsonl.unfinished >after
    cmp -s -n "$(stat -c %s before)" before after || fail "a row changed after kill $kills"
    mv after before
  fi
  ((kills < 500)) || fail "it never ended"
done
# A kill between the last two steps leaves both files; the same command then tidies up.
"$simulate" --quiet sweep study.yaml -o killed.jsonl >/dev/null || fail "a finished sweep is no error"
[[ ! -e killed.jsonl.unfinished ]] || fail "the journal stays"
cmp killed.jsonl whole.jsonl || fail "the killed sweep differs"
((kills >= 3)) || fail "only $kills kills hit it: the machine is too fast for this test"
echo "ok: killed $kills times, the same bytes in the end"

# Waits until the sweep OUTPUT has its first row, with which its signals are its own.
await_row() {
  local turn
  for ((turn = 0; turn < 3000; ++turn)); do
    if [[ -e $1.unfinished && $(wc -l <"$1.unfinished") -ge 2 ]]; then return; fi
    sleep 0.01
  done
  fail "$1 has no row after half a minute"
}

declare -A ends_with=([INT]=130 [TERM]=143)
for signal in INT TERM; do
  "$simulate" sweep study.yaml -o "$signal.jsonl" --jobs 1 >/dev/null 2>stderr &
  process=$!
  await_row "$signal.jsonl"
  kill "-$signal" "$process" 2>/dev/null || fail "it ended before SIG$signal"
  wait "$process"
  status=$?
  [[ $status == "${ends_with[$signal]}" ]] || fail "exit $status after SIG$signal"
  grep -q "the same command goes on from there" stderr || fail "it does not say how to go on"
  [[ ! -e $signal.jsonl ]] || fail "half a result"
  "$simulate" --quiet sweep study.yaml -o "$signal.jsonl" >/dev/null || fail "going on after SIG$signal"
  cmp "$signal.jsonl" whole.jsonl || fail "differs after SIG$signal"
done
echo "ok: Ctrl-C and SIGTERM end it, the same command goes on"

# Points of a second each: the second signal finds one under way.
printf '%s\n' "scenario: $root/scenarios/gpt4_v100.yaml" \
  'axes: [{key: training.tokens, values: [12e12, 13e12]}]' >long.yaml
"$simulate" sweep long.yaml -o twice.jsonl --jobs 1 >/dev/null 2>stderr &
process=$!
await_row twice.jsonl
kill -TERM "$process" 2>/dev/null || fail "it ended before the first signal"
sleep 0.05
kill -TERM "$process" 2>/dev/null || fail "it ended before the second signal"
wait "$process"
status=$?
[[ $status == 143 ]] || fail "exit $status after two signals"
! grep -q "goes on from there" stderr || fail "it waited for its point"
echo "ok: a second signal ends it at once"
