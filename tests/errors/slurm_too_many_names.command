"$simulate" import slurm-topology tests/errors/slurm_too_many_names.conf --node dgx-h100 --network roce
