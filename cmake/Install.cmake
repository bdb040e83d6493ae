# `cmake --install build/release --prefix DIR`: the program, its data, completions and manual pages (component runtime),
# and the libraries with their headers for find_package(cluster_training_simulator) (component development).
# `cpack --config build/release/CPackConfig.cmake` makes a .deb of each. The program finds its data from its own place
# (sim/config/catalog.cpp), so that an installation may be moved.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
set(CMAKE_SKIP_INSTALL_ALL_DEPENDENCY ON)  # installing does not build the tests
set(SIM_DATA ${CMAKE_INSTALL_DATADIR}/cluster-training-simulator)

# Completions and pages come from the program, which knows its own options.
function(sim_install_program)
  set(made ${CMAKE_BINARY_DIR}/made)
  file(MAKE_DIRECTORY ${made}/man)
  set(scripts ${made}/simulate.bash ${made}/_simulate ${made}/simulate.fish)
  add_custom_command(OUTPUT ${scripts} ${made}/man/simulate.1.gz VERBATIM DEPENDS simulate
    COMMAND simulate completion bash -o ${made}/simulate.bash
    COMMAND simulate completion zsh -o ${made}/_simulate
    COMMAND simulate completion fish -o ${made}/simulate.fish
    COMMAND simulate man --folder ${made}/man)
  add_custom_target(guides ALL DEPENDS ${scripts} ${made}/man/simulate.1.gz)
  install(TARGETS simulate COMPONENT runtime)
  install(FILES ${made}/simulate.bash RENAME simulate COMPONENT runtime
          DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
  install(FILES ${made}/_simulate DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions COMPONENT runtime)
  install(FILES ${made}/simulate.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d COMPONENT runtime)
  install(DIRECTORY ${made}/man/ DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 COMPONENT runtime)
  install(DIRECTORY catalog topologies scenarios validation schema studies DESTINATION ${SIM_DATA} COMPONENT runtime)
endfunction()

function(sim_install_libraries)
  get_property(libraries GLOBAL PROPERTY sim_libraries)
  install(TARGETS ${libraries} EXPORT libraries ARCHIVE COMPONENT development)
  install(DIRECTORY sim DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT development FILES_MATCHING PATTERN "*.hpp")
  set(folder ${CMAKE_INSTALL_LIBDIR}/cmake/cluster_training_simulator)
  install(EXPORT libraries NAMESPACE sim:: DESTINATION ${folder} COMPONENT development)
  configure_package_config_file(cmake/Config.cmake.in ${CMAKE_BINARY_DIR}/cluster_training_simulatorConfig.cmake
                                INSTALL_DESTINATION ${folder} PATH_VARS SIM_DATA)
  write_basic_package_version_file(${CMAKE_BINARY_DIR}/cluster_training_simulatorConfigVersion.cmake
                                   COMPATIBILITY SameMinorVersion)
  install(FILES ${CMAKE_BINARY_DIR}/cluster_training_simulatorConfig.cmake
                ${CMAKE_BINARY_DIR}/cluster_training_simulatorConfigVersion.cmake
          DESTINATION ${folder} COMPONENT development)
endfunction()

sim_install_program()
sim_install_libraries()
include(cmake/Deb.cmake)
