"$simulate" completion
