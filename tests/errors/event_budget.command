"$simulate" scenarios/quickstart.yaml --event-budget 1000
