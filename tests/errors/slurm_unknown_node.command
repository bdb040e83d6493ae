"$simulate" import slurm-topology tests/errors/slurm_unknown_node.conf --node dgx-h10 --network roce
