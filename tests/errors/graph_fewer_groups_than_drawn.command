"$simulate" topology tests/errors/graph_fewer_groups_than_drawn.dot
