"$simulate" design --rule bis-2023
