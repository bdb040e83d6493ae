"$simulate" topology tests/errors/graph_links_of_another_chip.dot --chip H100-SXM5-80GB
