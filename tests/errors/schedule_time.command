"$simulate" schedule gpipe --forward fast
