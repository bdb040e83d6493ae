"$simulate" import megatron-args tests/launch/scripts/gpt3_175b.sh --json
