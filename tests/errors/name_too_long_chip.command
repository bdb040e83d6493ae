"$simulate" scenarios/quickstart.yaml --set "fleet.0.chip=./$(printf 'x%.0s' {1..300})"
