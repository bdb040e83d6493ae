printf "\377\376--num-layers" | "$simulate" import megatron-args -
