printf "hello\n" >"$temp/x.jsonl"; "$simulate" sweep studies/h20_map.yaml -o "$temp/x.jsonl"
