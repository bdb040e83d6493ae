printf '' >"$temp/t.0.et"; "$simulate" replay "$temp" --topology dgx_h100_single
