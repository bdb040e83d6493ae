"$simulate" run scenarios/quickstart.yaml --chakra-ranks 0
