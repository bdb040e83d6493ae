printf "case x in\nesac\n" | "$simulate" import megatron-args -
