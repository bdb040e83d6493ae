"$simulate" topology tests/errors/graph_unknown_network.dot
