#pragma once

#include <string>
#include <vector>

namespace sim::config {

/// Kinds of files that people write and this room reads, as `simulate schema` names them.
[[nodiscard]] std::vector<std::string> file_kinds();

/// The JSON Schema of a file of that kind, which must be one of file_kinds(). A file that is `like` another, or
/// includes one, may leave out what the other has: a schema cannot see whether it does.
[[nodiscard]] std::string file_schema(const std::string& kind);

}  // namespace sim::config
