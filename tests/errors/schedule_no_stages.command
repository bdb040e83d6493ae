"$simulate" schedule gpipe --pp 0
