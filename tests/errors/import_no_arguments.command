echo "echo hello" | "$simulate" import megatron-args -
