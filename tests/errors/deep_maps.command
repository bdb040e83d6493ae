for ((level = 0; level < 100; level++)); do printf '%*skey:\n' "$level" ''; done >"$temp/deep.yaml"
"$simulate" "$temp/deep.yaml"
