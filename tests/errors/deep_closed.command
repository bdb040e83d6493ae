{ printf 'schema_version: '; printf '[%.0s' {1..100}; printf ']%.0s' {1..100}; echo; } >"$temp/deep.yaml"
"$simulate" "$temp/deep.yaml"
