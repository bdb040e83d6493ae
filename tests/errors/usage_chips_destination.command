"$simulate" chips --rule bis-2023 --destination atlantis
