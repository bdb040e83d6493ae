"$simulate" topology tests/errors/graph_unknown_attribute.dot
