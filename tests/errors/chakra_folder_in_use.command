echo old >"$temp/file"; "$simulate" run scenarios/quickstart.yaml --no-gains --set training.global_batch=4 --chakra "$temp"
