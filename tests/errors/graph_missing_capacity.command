"$simulate" topology tests/errors/graph_missing_capacity.dot
