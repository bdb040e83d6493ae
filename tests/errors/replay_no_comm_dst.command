printf '\x07\x0a\x050.0.4\x13\x08\x01\x18\x05\x52\x0d\x0a\x09comm_size\x48\x08' >"$temp/t.0.et"; "$simulate" replay "$temp" --topology dgx_h100_single
