#pragma once

#include <filesystem>
#include <string>

namespace sim::config {

/// The bytes of a file that another program wrote, such as a log; "-" is standard input. Throws InputError with the
/// system's reason, or when there are more than 256 MB.
[[nodiscard]] std::string read_text(const std::string& path);

/// Whether there is a file of that name that can be looked at. A name that no file can have, too long for one, is none.
[[nodiscard]] bool is_file(const std::filesystem::path& path);

/// One name for a file, whatever links lead to it; `path` itself where that cannot be told.
[[nodiscard]] std::string unique_name(const std::filesystem::path& path);

}  // namespace sim::config
