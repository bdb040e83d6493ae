"$simulate" import slurm-topology tests/errors/slurm_uneven_leaves.conf --node dgx-h100 --network roce
