"$simulate" import slurm-topology tests/errors/slurm_circle.conf --node dgx-h100 --network roce
