sed "s/tp: 2/tp: two/" tests/errors/number_octal.yaml | sed "s/tp: 010/tp: two/" | "$simulate" -
