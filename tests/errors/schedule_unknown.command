"$simulate" schedule zbv
