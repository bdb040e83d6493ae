"$simulate" import nccl-topology tests/errors/nccl_link_to_itself.xml
