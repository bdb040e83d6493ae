"$simulate" scenarios/quickstart.yaml --set "software=./$(printf 'x%.0s' {1..300})"
