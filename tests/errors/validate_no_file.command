"$simulate" validate nowhere.yaml
