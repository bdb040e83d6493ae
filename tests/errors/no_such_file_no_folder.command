"$simulate" nowhere/at/all.yaml
