"$simulate" run scenarios/quickstart.yaml --trace "$temp/t" --chakra "$temp/./t"
