"$simulate" scenarios/quickstart.yaml --set fleet.-1.count=16
