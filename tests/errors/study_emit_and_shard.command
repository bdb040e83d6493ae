"$simulate" sweep "$file" -o "$temp/x.jsonl" --emit slurm --shard 0/2
