"$simulate" compare scenarios/quickstart.yaml
