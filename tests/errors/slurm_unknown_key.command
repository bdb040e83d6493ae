"$simulate" import slurm-topology tests/errors/slurm_unknown_key.conf --node dgx-h100 --network roce
