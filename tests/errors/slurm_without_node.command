"$simulate" import slurm-topology tests/errors/slurm_without_node.conf --network roce
