sed "s/\[0\]\*3+\[1\]\*58/[0]*3+[1]*57/" tests/launch/scripts/deepseek_v3.txt | "$simulate" import megatron-args -
