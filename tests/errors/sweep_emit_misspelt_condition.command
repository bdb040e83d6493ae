printf 'scenario: %s/scenarios/quickstart.yaml\naxes:\n  - {key: parallel.tp, values: [2, 4]}\n' "$PWD" >"$temp/s.yaml"; "$simulate" sweep "$temp/s.yaml" --emit slurm --fail-if 'days >' -o "$temp/s"
