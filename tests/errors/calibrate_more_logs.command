"$simulate" calibrate scenarios/quickstart.yaml --log a.log --log b.log
