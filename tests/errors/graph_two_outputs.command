"$simulate" topology dgx_h100_single --dot "$temp/m.dot" --graphml "$temp/../$(basename "$temp")/m.dot"
