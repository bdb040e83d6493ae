"$simulate" chips --rule bis-2023 --rule bis-2023
