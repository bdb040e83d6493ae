"$simulate" scenarios/quickstart.yaml --set fleet.first.count=16
