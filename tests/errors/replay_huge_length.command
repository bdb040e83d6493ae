printf '\x07\x0a\x050.0.4\xff\xff\xff\xff\x07' >"$temp/t.0.et"; "$simulate" replay "$temp" --topology dgx_h100_single
