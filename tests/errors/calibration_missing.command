"$simulate" scenarios/quickstart.yaml --set calibration=nowhere.yaml
