"$simulate" topology tests/errors/graph_empty.dot
