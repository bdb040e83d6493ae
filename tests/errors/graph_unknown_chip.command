"$simulate" topology tests/errors/graph_unknown_chip.dot
