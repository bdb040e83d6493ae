"$simulate" validate scenarios/quickstart.yaml
