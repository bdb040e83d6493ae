"$simulate" man rnu
