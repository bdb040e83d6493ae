printf "chip,format,kernel,m,n,k,latency_us\nA100-SXM4-80GB,fp16,gemm,many,64,64,-3\n" >"$temp/k.csv"; "$simulate" validate --kernels "$temp/k.csv"
