"$simulate" sweep "$file" -o "$temp/x.jsonl" --shard one/two
