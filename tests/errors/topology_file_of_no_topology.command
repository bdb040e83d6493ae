"$simulate" topology tests/errors/mistake.part.yaml
