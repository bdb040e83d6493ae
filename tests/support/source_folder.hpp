#pragma once

#include <string>

namespace sim::test {

/// The folder of the sources. The one file behind it is all that a clone elsewhere has to compile anew.
[[nodiscard]] const std::string& source_folder();

}  // namespace sim::test
