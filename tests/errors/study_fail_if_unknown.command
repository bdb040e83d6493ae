"$simulate" sweep "$file" -o "$temp/x.jsonl" --fail-if 'dyas > 3' -q 2>&1 >/dev/null | sed 's/^wrote.*//' >&2; exit ${PIPESTATUS[0]}
