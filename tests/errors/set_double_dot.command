"$simulate" scenarios/quickstart.yaml --set parallel..tp=4
