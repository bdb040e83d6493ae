"$simulate" scenarios/quickstart.yaml --set training.tokens=nan
