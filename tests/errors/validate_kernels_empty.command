"$simulate" validate --kernels /dev/null
