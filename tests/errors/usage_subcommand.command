"$simulate" memroy scenarios/quickstart.yaml
