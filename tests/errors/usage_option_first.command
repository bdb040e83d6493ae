"$simulate" --jsno scenarios/quickstart.yaml
