sed "s/^SEQ_LENGTH=.*//" tests/launch/scripts/llama3_8b_fp8.sh | "$simulate" import megatron-args -
