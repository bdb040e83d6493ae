printf '\x07\x0a\x050.0.4\x07\x08\x01\x18\x04\x2a\x01\x09' >"$temp/t.0.et"; "$simulate" replay "$temp" --topology dgx_h100_single
