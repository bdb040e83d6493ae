"$simulate" /dev/null
