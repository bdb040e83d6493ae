touch "$temp/t.16777216.et"; "$simulate" replay "$temp" --topology dgx_h100_single
