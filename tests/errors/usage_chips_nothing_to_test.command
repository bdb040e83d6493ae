"$simulate" chips --destination china
