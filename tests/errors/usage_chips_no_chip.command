"$simulate" chips H20
