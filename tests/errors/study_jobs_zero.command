"$simulate" sweep "$file" -o "$temp/x.jsonl" --jobs 0
