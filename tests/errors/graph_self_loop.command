"$simulate" topology tests/errors/graph_self_loop.dot
