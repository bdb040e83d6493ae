"$simulate" scenarios/quickstart.yaml --foldless
