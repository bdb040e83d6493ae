"$simulate" topology "$file"
