"$simulate" scenarios/quickstart.yaml --event-budget -5
