"$simulate" scenarios/quickstart.yaml --set software.name=x
