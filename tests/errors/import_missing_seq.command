echo "--num-layers 2 --hidden-size 64" | "$simulate" import megatron-args -
