"$simulate" sweep "$file" -o "$temp/x.jsonl" --shards 4
