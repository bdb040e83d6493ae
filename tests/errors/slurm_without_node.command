"$simulate" import slurm-topology tests/docs/files/topology.conf
