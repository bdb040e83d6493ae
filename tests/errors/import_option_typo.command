"$simulate" import megatron-args tests/launch/scripts/gpt3_175b.sh --chp H20-SXM-96GB
