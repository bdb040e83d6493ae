"$simulate" completion bahs
