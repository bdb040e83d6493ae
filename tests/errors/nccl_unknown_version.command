"$simulate" import nccl-topology tests/errors/nccl_unknown_version.xml
