"$simulate" topology tests/errors/graph_no_kind.dot
