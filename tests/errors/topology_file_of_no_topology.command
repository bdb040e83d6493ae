"$simulate" topology catalog/links/nvlink4.yaml
