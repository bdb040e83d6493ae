"$simulate" chips --on soon
