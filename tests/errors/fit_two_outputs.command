"$simulate" fit validation/dense.yaml --constants catalog/shared_constants.yaml --catalogue "$temp/f" --residuals "$temp/f"
