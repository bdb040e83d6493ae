"$simulate" scenarios/quickstart.yaml --trace "$temp"
