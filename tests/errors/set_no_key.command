"$simulate" scenarios/quickstart.yaml --set =4
