echo '{"sweep":"s","schema_version":1,"version":"0","fingerprint":"0","axes":["a"],"points":2000000}' >"$temp/x.jsonl"; "$simulate" merge "$temp/x.jsonl" -o "$temp/y.jsonl"
