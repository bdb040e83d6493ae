"$simulate" topology tests/errors/graph_chip_joined_to_nothing.dot
