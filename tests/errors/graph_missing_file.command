"$simulate" topology no_such.graphml
