#pragma once

#include <optional>
#include <string>

#include "sim/config/value.hpp"
#include "sim/hardware/chip.hpp"
#include "sim/hardware/link.hpp"
#include "sim/topology/spec.hpp"

namespace sim::config {

/// Reads a topology file: a path (it ends in .yaml or has a slash; a graph ends in .graphml, .dot or .gv,
/// graph_file.hpp) or a name in `directory`, the folder of topologies. Its `node` is a name in directory/nodes, or a
/// map, in which `like: NAME` starts from a named node. Ids are the names of the files. Throws InputError for unknown
/// names, with the nearest one, and for all mistakes in the files.
[[nodiscard]] topology::TopologySpec load_topology(const std::string& path_or_name, const std::string& directory);

/// The same for a topology that stands inside another file, such as a scenario, under the dotted path `key`.
[[nodiscard]] topology::TopologySpec read_topology(const Value& value, const std::string& directory,
                                                   const std::string& key = "");

/// Whether a fleet entry can be the machine of a graph: no more chips than are drawn, and scale-up links at the wire or
/// the usable rate of the chip's own, which is what they are simulated at. Throws InputError (infeasible) otherwise.
/// Topologies that are no graph always pass.
void check_drawn(const topology::TopologySpec& topology, const hardware::Chip& chip,
                 const std::optional<hardware::LinkGeneration>& link, int count);

/// A node of directory/nodes by name or path.
[[nodiscard]] topology::NodeSpec load_node(const std::string& path_or_name, const std::string& directory);

}  // namespace sim::config
