"$simulate" topology tests/errors/graph_chip_on_leaf.dot
