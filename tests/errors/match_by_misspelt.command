"$simulate" match scenarios/quickstart.yaml --like scenarios/quickstart.yaml --by dolars
