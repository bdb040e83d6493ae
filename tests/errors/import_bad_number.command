sed "s/--hidden-size 12288/--hidden-size 12,288/" tests/launch/scripts/gpt3_175b.sh | "$simulate" import megatron-args -
