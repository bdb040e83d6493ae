"$simulate" topology tests/errors/graph_deep_xml.graphml
