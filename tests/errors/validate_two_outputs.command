"$simulate" validate --svg "$temp/v" --markdown "$temp/v"
