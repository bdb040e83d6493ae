# Writes commit.cpp, the commit that `simulate --version` names; empty where the sources are no clone. It runs again
# when a commit is made or another one is checked out (.git/logs/HEAD changes then), not at every build.
#   cmake -DSOURCE=... -DFILE=... -P cmake/Commit.cmake
if(CMAKE_SCRIPT_MODE_FILE STREQUAL CMAKE_CURRENT_LIST_FILE)
  set(commit "")
  execute_process(COMMAND git -C ${SOURCE} rev-parse --short=12 HEAD OUTPUT_VARIABLE commit ERROR_QUIET
                  OUTPUT_STRIP_TRAILING_WHITESPACE)
  set(declaration "const char* const kCommit")
  file(WRITE ${FILE} "namespace sim::cli {\nextern ${declaration};\n${declaration} = \"${commit}\";\n}\n")
  return()
endif()

function(sim_commit_source target)
  set(made ${CMAKE_CURRENT_BINARY_DIR}/commit.cpp)
  execute_process(COMMAND git -C ${PROJECT_SOURCE_DIR} rev-parse --path-format=absolute --git-path logs/HEAD
                  OUTPUT_VARIABLE log ERROR_QUIET OUTPUT_STRIP_TRAILING_WHITESPACE)
  if(NOT EXISTS "${log}")
    set(log "")
  endif()
  add_custom_command(OUTPUT ${made} DEPENDS ${PROJECT_SOURCE_DIR}/cmake/Commit.cmake ${log} VERBATIM
    COMMAND ${CMAKE_COMMAND} -DSOURCE=${PROJECT_SOURCE_DIR} -DFILE=${made} -P ${PROJECT_SOURCE_DIR}/cmake/Commit.cmake)
  target_sources(${target} PRIVATE ${made})
endfunction()
