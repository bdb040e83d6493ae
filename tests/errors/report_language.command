"$simulate" report scenarios/quickstart.yaml --lang fr
