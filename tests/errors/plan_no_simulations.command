"$simulate" plan scenarios/quickstart.yaml --simulations 0
