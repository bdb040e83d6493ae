"$simulate" sweep nowhere.yaml
