"$simulate" topology dgx_h100_single --chip H1000
