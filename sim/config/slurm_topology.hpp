#pragma once

#include <string>

namespace sim::config {

/// A machine's switches as Slurm's topology.conf has them (topology/tree: SwitchName= with Nodes= or Switches=, names
/// such as n[0-15,20]).
struct SlurmTree {
  int nodes = 0;
  int leaves = 0;
  int nodes_per_leaf = 0;   ///< the last leaf may have fewer
  int leaves_per_root = 0;  ///< of one switch over leaves where there is a third tier; 0: one or two tiers
};

/// Reads the tree. Throws InputError with the place for lines that are none, names that are missing, used twice or in a
/// circle, and (infeasible) for trees that no fabric of the simulator is: several roots, more than three tiers, leaves
/// at different heights, and switches of one tier that differ in size, but for one smaller.
[[nodiscard]] SlurmTree parse_slurm_topology(const std::string& text, const std::string& name);

}  // namespace sim::config
