"$simulate" import nccl-topology tests/errors/nccl_no_gpu.xml
