#!/usr/bin/env bash
# Makes a report of three fleets and opens it in a real browser. usage: run.sh PROGRAM [FOLDER]
# Ends with 77 where there is no browser or no driver for it (scripts/setup --tests; npm fetches the driver).
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
simulate=$1
work=${2:-$(mktemp -d)}
fleets=(gpt4_h100 gpt4_v100 gpt4_h20)
skip() { echo "skipped: $*" && exit 77; }
browser=${CHROMIUM:-$(command -v chromium || command -v chromium-browser || true)}
[[ -n $browser ]] || skip "no chromium"
command -v node >/dev/null || skip "no node"
if [[ ! -d $here/node_modules/playwright-core ]]; then
  npm ci --prefix "$here" --no-audit --no-fund >/dev/null 2>&1 || skip "npm could not fetch playwright-core"
fi
export CHROMIUM=$browser
cd "$root"
mkdir -p "$work"
files=()
answers=()
for fleet in "${fleets[@]}"; do
  files+=("scenarios/$fleet.yaml")
  answers+=("$work/$fleet.json")
  "$simulate" "scenarios/$fleet.yaml" --json --no-gains >"$work/$fleet.json"
done
"$simulate" -q report "${files[@]}" -o "$work/report.html"
cases=(scenarios/gpt4_h100.yaml scenarios/gpt4_h20.yaml)
"$simulate" -q report "${cases[@]}" -o "$work/policy_en.html" --lang en --audience policy
cases+=(scenarios/race_h20_now.yaml scenarios/race_910b_later.yaml)
"$simulate" -q report "${cases[@]}" -o "$work/report_zh.html" --lang zh --audience policy
node "$here/report_test.mjs" "$work/report.html" "$work/report_zh.html" "$work/shots" "${answers[@]}"
node "$here/cases_test.mjs" "$work/policy_en.html" "$work/report_zh.html" "$work/shots"
# What the page says was asked gives the same answer again.
again=$("$simulate" "$work/shots/again-0.yaml" --json --no-gains)
diff <(printf '%s\n' "$again" | grep -v cpu_seconds) <(grep -v cpu_seconds "${answers[0]}")
echo "ok: the scenario in the page gives the same answer"
