printf "chip,format\nA100,fp16\n" >"$temp/k.csv"; "$simulate" validate --kernels "$temp/k.csv"
