"$simulate" import nccl-topology tests/errors/nccl_entities.xml
