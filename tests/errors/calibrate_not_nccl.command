echo "hello" >"$temp/n.txt"; "$simulate" calibrate scenarios/quickstart.yaml --nccl "$temp/n.txt"
