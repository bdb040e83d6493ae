"$simulate" scenarios/quickstart.yaml --set fleet.0.chip=H200
