"$simulate" scenarios/quickstart.yaml --set 'parallel.overlap={pp: true'
