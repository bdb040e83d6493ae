"$simulate" scenarios/quickstart.yaml --set "calibration=./$(printf 'x%.0s' {1..300})"
