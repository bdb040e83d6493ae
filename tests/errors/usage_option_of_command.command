"$simulate" scenarios/quickstart.yaml --no-folds
