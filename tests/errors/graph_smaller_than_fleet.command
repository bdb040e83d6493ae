"$simulate" topology tests/errors/graph_smaller_than_fleet.dot --chips 4
