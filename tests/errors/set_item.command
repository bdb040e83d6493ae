"$simulate" scenarios/quickstart.yaml --set fleet.3.count=8
