"$simulate" memory
