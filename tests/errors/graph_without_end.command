"$simulate" topology tests/errors/graph_without_end.dot
