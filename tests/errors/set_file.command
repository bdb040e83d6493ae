"$simulate" scenarios/quickstart.yaml --set @overrides.yaml
