"$simulate" sweep studies/h20_map.yaml -o "$temp/b.jsonl" --csv "$temp/b.jsonl"
