#pragma once

#include <string>

namespace sim::config {

/// The bytes of a file that another program wrote, such as a log; "-" is standard input. Throws InputError with the
/// system's reason, or when there are more than 256 MB.
[[nodiscard]] std::string read_text(const std::string& path);

}  // namespace sim::config
