#!/usr/bin/env bash
# Holds schema/*.json against every YAML file that ships and every bad input, with ajv. usage: run.sh PROGRAM
# Ends with 77 where there is no node or npm cannot fetch ajv.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
simulate=$1
skip() { echo "skipped: $*" && exit 77; }
command -v node >/dev/null || skip "no node"
if [[ ! -d $here/node_modules/ajv ]]; then
  npm ci --prefix "$here" --no-audit --no-fund >/dev/null 2>&1 || skip "npm could not fetch ajv"
fi
# A whole scenario as the program prints it is one more file that must be valid.
printed=$(mktemp -d)
trap 'rm -rf "$printed"' EXIT
cd "$root"
for file in scenarios/*.yaml; do
  "$simulate" run "$file" --print-config >"$printed/$(basename "$file")"
done
node "$here/schema_test.mjs" "$root" "$printed"
