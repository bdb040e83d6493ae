touch "$temp/t.99999999999999999999999.et"; "$simulate" replay "$temp" --topology dgx_h100_single
