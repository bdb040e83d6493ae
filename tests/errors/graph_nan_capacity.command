"$simulate" topology tests/errors/graph_nan_capacity.dot
