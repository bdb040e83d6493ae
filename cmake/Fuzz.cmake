# With SIM_FUZZ every library is built for libFuzzer, which comes with clang, and under the sanitizers: a finding then
# shows where it happens. fuzz/CMakeLists.txt makes the programs.
if(SIM_FUZZ)
  if(NOT CMAKE_CXX_COMPILER_ID MATCHES Clang)
    message(FATAL_ERROR "SIM_FUZZ needs clang: cmake --preset fuzz (scripts/setup --all installs it)")
  endif()
  add_compile_options(-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
endif()
