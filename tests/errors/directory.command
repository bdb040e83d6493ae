mkdir "$temp/scenario.yaml" && "$simulate" "$temp/scenario.yaml"
