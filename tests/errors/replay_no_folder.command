"$simulate" replay "$temp/none/t" --topology dgx_h100_single
