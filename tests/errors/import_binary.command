head -c 100 "$simulate" | "$simulate" import megatron-args -
