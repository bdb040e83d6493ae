"$simulate" import nccl-topology tests/errors/nccl_two_hosts.xml
