"$simulate" pareto "$temp/$(printf 'x%.0s' {1..300})"
