"$simulate" merge nowhere.jsonl -o "$temp/y.jsonl"
