#pragma once

#include <string>

#include "sim/config/value.hpp"
#include "sim/topology/spec.hpp"

namespace sim::config {

/// Reads a topology file: a path (it ends in .yaml or has a slash) or a name in `directory`, the folder of topologies.
/// Its `node` is a name in directory/nodes, or a map, in which `like: NAME` starts from a named node. Ids are the names
/// of the files. Throws InputError for unknown names, with the nearest one, and for all mistakes in the files.
[[nodiscard]] topology::TopologySpec load_topology(const std::string& path_or_name, const std::string& directory);

/// The same for a topology that stands inside another file, such as a scenario, under the dotted path `key`.
[[nodiscard]] topology::TopologySpec read_topology(const Value& value, const std::string& directory,
                                                   const std::string& key = "");

/// A node of directory/nodes by name or path.
[[nodiscard]] topology::NodeSpec load_node(const std::string& path_or_name, const std::string& directory);

}  // namespace sim::config
