"$simulate"
