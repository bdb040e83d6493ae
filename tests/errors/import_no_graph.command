"$simulate" import graph dgx_h100_single
