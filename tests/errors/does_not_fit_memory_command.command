"$simulate" memory "$file" >/dev/null
