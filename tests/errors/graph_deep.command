"$simulate" topology tests/errors/graph_deep.dot
