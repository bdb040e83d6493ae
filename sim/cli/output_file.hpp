#pragma once

#include <string>

namespace sim::cli {

/// Writes a whole file or leaves what stood there: a temporary file beside it takes its name at the end. What is no
/// regular file (a device, a pipe) is written to as it is. Throws InputError with the system's reason.
void write_file(const std::string& path, const std::string& text);

}  // namespace sim::cli
