echo "A=\"--num-layers 2" | "$simulate" import megatron-args -
