"$simulate" topology tests/errors/graph_capacity_without_unit.dot
