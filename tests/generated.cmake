# Fails when a generated file of the repository is not what the program writes now:
#   cmake -DSIMULATE=... -DARGUMENTS=schema -DFILE=schema/scenario.schema.json -P tests/generated.cmake
execute_process(COMMAND ${SIMULATE} ${ARGUMENTS} OUTPUT_VARIABLE now RESULT_VARIABLE status)
file(READ ${FILE} kept)
if(NOT status EQUAL 0 OR NOT now STREQUAL kept)
  list(JOIN ARGUMENTS " " words)
  message(FATAL_ERROR "${FILE} is out of date: run `simulate ${words} > ${FILE}`")
endif()
