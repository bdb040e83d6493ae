"$simulate" schedule dualpipe --pp 6 --microbatches 10
