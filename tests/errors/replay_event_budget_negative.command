printf '\x07\x0a\x050.0.4\x04\x08\x01\x18\x04' >"$temp/t.0.et"; "$simulate" replay "$temp" --topology dgx_h100_single --event-budget -5
