"$simulate" import megatron-args nowhere.sh
