sed "s/VPP_LAYERS=5/VPP_LAYERS=7/" tests/launch/scripts/llama3_70b.sh | "$simulate" import megatron-args -
