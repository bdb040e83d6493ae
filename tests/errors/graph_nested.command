"$simulate" topology tests/errors/graph_nested.graphml
