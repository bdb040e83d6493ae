"$simulate" scenarios/quickstart.yaml --set parallel.tpp=4
