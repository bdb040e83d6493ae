"$simulate" topology tests/errors/graph_no_chip.dot
