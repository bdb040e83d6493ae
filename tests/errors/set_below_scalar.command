"$simulate" scenarios/quickstart.yaml --set name.first=a
