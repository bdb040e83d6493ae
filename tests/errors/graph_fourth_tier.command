"$simulate" topology tests/errors/graph_fourth_tier.dot
