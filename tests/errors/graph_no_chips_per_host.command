"$simulate" topology tests/errors/graph_no_chips_per_host.dot
