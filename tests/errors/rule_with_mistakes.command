"$simulate" chips --rule tests/errors/rule_with_mistakes.part.yaml
