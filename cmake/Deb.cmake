# Two Debian packages: the program with its data, and the libraries. scripts/check_package tries them on a bare machine.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME cluster-training-simulator)
set(CPACK_PACKAGE_CONTACT "The authors of cluster-training-simulator <noreply@example.org>")
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE
                                                WORLD_READ WORLD_EXECUTE)
set(CPACK_COMPONENTS_ALL runtime development)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_RUNTIME_PACKAGE_NAME cluster-training-simulator)
set(CPACK_DEBIAN_RUNTIME_PACKAGE_SECTION science)
set(CPACK_DEBIAN_RUNTIME_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME cluster-training-simulator-dev)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS
    "cluster-training-simulator (= ${PROJECT_VERSION}), libboost-graph-dev, libcli11-dev, libeigen3-dev, libfmt-dev, \
nlohmann-json3-dev, libtbb-dev, libyaml-cpp-dev, libprotobuf-dev, libpugixml-dev, libsqlite3-dev, zlib1g-dev")
set(CPACK_COMPONENT_RUNTIME_DESCRIPTION "How long a training run takes on a fleet of accelerators
Simulates one training iteration event by event on the graph of the real
machine and plays the whole run over the calendar: days, dollars, energy,
utilisation, memory, and what holds the run back.")
set(CPACK_COMPONENT_DEVELOPMENT_DESCRIPTION "Libraries of cluster-training-simulator
Static libraries and headers, for find_package(cluster_training_simulator).")

# What Debian asks of every package: who may copy it, and what changed. The date is that of the version, not of the build.
file(WRITE ${CMAKE_BINARY_DIR}/deb/copyright "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/

Files: *
Copyright: 2026 the authors of cluster-training-simulator
License: Apache-2.0
 On Debian systems the text of the Apache License 2.0 is in
 /usr/share/common-licenses/Apache-2.0.
")
file(WRITE ${CMAKE_BINARY_DIR}/deb/changelog "cluster-training-simulator (${PROJECT_VERSION}) stable; urgency=medium

  * Version ${PROJECT_VERSION}.

 -- The authors of cluster-training-simulator <noreply@example.org>  Thu, 01 Jan 2026 00:00:00 +0000
")
find_program(GZIP_PROGRAM gzip REQUIRED)
execute_process(COMMAND ${GZIP_PROGRAM} -9nf ${CMAKE_BINARY_DIR}/deb/changelog)
foreach(component runtime development)
  string(TOUPPER ${component} upper)
  install(FILES ${CMAKE_BINARY_DIR}/deb/copyright ${CMAKE_BINARY_DIR}/deb/changelog.gz COMPONENT ${component}
          DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/${CPACK_DEBIAN_${upper}_PACKAGE_NAME})
endforeach()
include(CPack)
