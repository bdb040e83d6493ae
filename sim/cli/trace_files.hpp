#pragma once

#include <string>
#include <vector>

#include "sim/chakra/trace.hpp"

namespace sim::cli {

/// Execution traces as they were read, ascending by rank, and their process groups.
struct TraceFiles {
  std::string name;
  std::vector<chakra::Trace> traces;
  chakra::Groups groups;
};

/// Reads NAME.0.et, NAME.1.et ... of a folder, or of a path to which NAME belongs (FOLDER/NAME). Groups come from
/// `groups_file`, else from NAME.groups.json if that is there, and from metadata nodes. Throws InputError.
[[nodiscard]] TraceFiles read_trace_files(const std::string& path, const std::string& groups_file);

}  // namespace sim::cli
