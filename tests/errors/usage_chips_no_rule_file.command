"$simulate" chips --rule none/such.yaml
