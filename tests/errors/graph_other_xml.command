"$simulate" topology tests/errors/graph_other_xml.graphml
