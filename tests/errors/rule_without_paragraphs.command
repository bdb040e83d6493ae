"$simulate" chips --rule tests/errors/rule_without_paragraphs.part.yaml
