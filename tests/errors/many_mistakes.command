for ((key = 0; key < 500; key++)); do echo "strange_$key: 1"; done >"$temp/many.yaml"
"$simulate" "$temp/many.yaml"
