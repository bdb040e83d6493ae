"$simulate" topology tests/errors/graph_no_dot.dot
