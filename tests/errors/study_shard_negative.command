"$simulate" sweep "$file" -o "$temp/x.jsonl" --shard -1/2
