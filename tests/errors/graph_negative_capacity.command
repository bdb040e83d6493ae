"$simulate" topology tests/errors/graph_negative_capacity.dot
