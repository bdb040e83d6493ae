"$simulate" import megatron-arg run.sh
