"$simulate" import
