"$simulate" replay "$temp" --topology dgx_h100_single
