"$simulate" scenarios/quickstart.yaml scenarios/quickstart.yaml
