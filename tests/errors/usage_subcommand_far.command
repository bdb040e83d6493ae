"$simulate" transmogrify
