"$simulate" topology dgx_h100_single --chips 0
