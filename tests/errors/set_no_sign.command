"$simulate" scenarios/quickstart.yaml --set parallel.tp
