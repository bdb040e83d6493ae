"$simulate" topology tests/errors/graph_no_network.dot
