"$simulate" import megatron-args tests/launch/scripts/mixtral_8x7b.sh -o tests/launch/scripts/mixtral_8x7b.sh
