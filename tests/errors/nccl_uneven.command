"$simulate" import nccl-topology tests/errors/nccl_uneven.xml
