"$simulate" import slurm-topology tests/errors/slurm_two_roots.conf --node dgx-h100 --network roce
