printf '\x07\x0a\x050.0.4\x80' >"$temp/t.0.et"; "$simulate" replay "$temp" --topology dgx_h100_single
