"$simulate" topology dgx_h100_singel
