"$simulate" match scenarios/quickstart.yaml --like scenarios/quickstart.yaml --fix pipeline
