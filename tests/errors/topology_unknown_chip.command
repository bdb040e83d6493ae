"$simulate" topology dgx_h100_single --chip H100-SXM5-81GB
