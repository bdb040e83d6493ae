"$simulate" topology tests/errors/graph_links_not_said.dot
