{ printf 'schema_version: '; printf '[%.0s' {1..5000}; echo; } >"$temp/deep.yaml"
"$simulate" "$temp/deep.yaml"
