"$simulate" run
