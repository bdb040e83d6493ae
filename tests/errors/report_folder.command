"$simulate" report scenarios/quickstart.yaml -o "$temp"
