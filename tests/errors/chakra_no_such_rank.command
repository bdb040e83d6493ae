"$simulate" run scenarios/quickstart.yaml --no-gains --set training.global_batch=4 --chakra "$temp/traces" --chakra-ranks 0,8
