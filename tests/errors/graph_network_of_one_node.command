"$simulate" topology tests/errors/graph_network_of_one_node.dot
