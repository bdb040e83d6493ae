"$simulate" completion --names chpis
