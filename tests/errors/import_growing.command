{ echo A=xxxxxxxx; for i in {1..40}; do echo "A=\$A\$A"; done; } | "$simulate" import megatron-args -
