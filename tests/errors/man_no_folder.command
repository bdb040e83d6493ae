"$simulate" man --folder "$temp/none"
