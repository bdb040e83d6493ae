"$simulate" sweep "$file" -o "$temp/x.jsonl" --shard 8/8
