"$simulate" sweep "$file" -o "$temp/x.jsonl"
