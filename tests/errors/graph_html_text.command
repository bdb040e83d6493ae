"$simulate" topology tests/errors/graph_html_text.dot
