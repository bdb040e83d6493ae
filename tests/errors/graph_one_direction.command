"$simulate" topology tests/errors/graph_one_direction.dot
