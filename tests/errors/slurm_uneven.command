"$simulate" import slurm-topology tests/errors/slurm_uneven.conf --node dgx-h100 --network roce
