"$simulate" scenarios/quickstart.yaml >/dev/full
