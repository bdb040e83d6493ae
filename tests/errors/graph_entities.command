"$simulate" topology tests/errors/graph_entities.graphml
