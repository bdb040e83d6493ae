"$simulate" scenarios/quickstart.yaml --set "fleet.0.topology=./$(printf 'x%.0s' {1..300})"
