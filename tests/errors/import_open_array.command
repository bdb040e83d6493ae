printf "A=(\n--num-layers 2\n" | "$simulate" import megatron-args -
