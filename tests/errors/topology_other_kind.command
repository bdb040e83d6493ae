"$simulate" topology dgx_h100_single --chip V100S-PCIe-32GB
