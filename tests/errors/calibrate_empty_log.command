"$simulate" calibrate scenarios/quickstart.yaml --log /dev/null
