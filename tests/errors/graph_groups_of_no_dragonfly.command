"$simulate" topology tests/errors/graph_groups_of_no_dragonfly.dot
