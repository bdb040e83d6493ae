#include "tests/support/source_folder.hpp"

namespace sim::test {

const std::string& source_folder() {
  static const std::string folder = SIM_SOURCE_DIR;
  return folder;
}

}  // namespace sim::test
