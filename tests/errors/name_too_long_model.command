"$simulate" scenarios/quickstart.yaml --set "model=./$(printf 'x%.0s' {1..300})"
