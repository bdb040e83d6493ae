"$simulate" topology tests/errors/graph_undirected_edge_in_digraph.dot
