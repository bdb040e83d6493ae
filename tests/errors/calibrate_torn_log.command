echo " iteration 10/ 100 | elapsed time per iter" >"$temp/train.log"; "$simulate" calibrate scenarios/quickstart.yaml --log "$temp/train.log"
