"$simulate" scenarios/quickstart.yaml --trace "$temp/t.json" --trace-ranks first
