"$simulate" scenarios/quickstart.yaml --set
