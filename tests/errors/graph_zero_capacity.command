"$simulate" topology tests/errors/graph_zero_capacity.dot
