"$simulate" scenarios/quickstart.yaml --trace "$temp/t.json" --trace-ranks 8; code=$?; ls "$temp"; (exit $code)
