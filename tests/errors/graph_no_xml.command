"$simulate" topology tests/errors/graph_no_xml.graphml
