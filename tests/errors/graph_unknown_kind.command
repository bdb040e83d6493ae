"$simulate" topology tests/errors/graph_unknown_kind.dot
