"$simulate" scenarios/quickstart.yaml --trace "$temp/none/t.json"
