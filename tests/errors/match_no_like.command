"$simulate" match scenarios/quickstart.yaml
