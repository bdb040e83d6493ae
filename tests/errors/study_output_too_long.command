"$simulate" sweep studies/h20_map.yaml -o "$temp/$(printf 'x%.0s' {1..300})"
