"$simulate" topology tests/errors/graph_uneven_nodes.dot
