"$simulate" sweep "$file" -o "$temp/x.jsonl" --fail-if 'dyas > 3'
