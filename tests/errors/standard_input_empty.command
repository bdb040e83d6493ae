"$simulate" - </dev/null
