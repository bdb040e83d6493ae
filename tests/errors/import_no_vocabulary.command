sed "s/--vocab-size 128256//" tests/launch/scripts/llama3_8b_fp8.sh | "$simulate" import megatron-args -
