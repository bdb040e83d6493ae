"$simulate" import nccl-topology tests/errors/nccl_one_way.xml
