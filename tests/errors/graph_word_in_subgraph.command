"$simulate" topology tests/errors/graph_word_in_subgraph.dot
