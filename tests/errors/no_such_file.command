"$simulate" scenarios/quickstrat.yaml
