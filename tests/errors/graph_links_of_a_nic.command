"$simulate" topology tests/errors/graph_links_of_a_nic.dot
