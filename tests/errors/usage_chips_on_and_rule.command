"$simulate" chips --on 2024-01-01 --rule bis-2023
