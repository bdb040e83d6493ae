"$simulate" topology tests/errors/graph_dimensions_of_no_torus.dot
