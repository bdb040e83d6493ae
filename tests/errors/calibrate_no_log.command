"$simulate" calibrate scenarios/quickstart.yaml
