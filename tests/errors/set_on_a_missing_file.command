"$simulate" scenarios/nothing_like_it.yaml --set parallel.tp=4
