SIM_DATA_DIR=docs "$simulate" chips
