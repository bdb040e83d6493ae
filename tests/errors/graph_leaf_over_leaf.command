"$simulate" topology tests/errors/graph_leaf_over_leaf.dot
