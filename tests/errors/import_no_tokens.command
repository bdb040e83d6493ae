sed "s/--train-iters 500000//" tests/launch/scripts/gpt3_175b.sh | "$simulate" import megatron-args -
