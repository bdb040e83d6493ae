"$simulate" schema gpu
