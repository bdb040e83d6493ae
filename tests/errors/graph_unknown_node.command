"$simulate" topology tests/errors/graph_unknown_node.graphml
