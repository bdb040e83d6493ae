"$simulate" topology tests/errors/graph_unknown_network_far.dot
