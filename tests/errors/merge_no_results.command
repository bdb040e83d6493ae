printf "hello\n" >"$temp/x.jsonl"; "$simulate" merge "$temp/x.jsonl" -o "$temp/y.jsonl"
