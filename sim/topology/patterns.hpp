#pragma once

#include "sim/topology/metrics.hpp"

namespace sim::topology {

/// Bytes on every link per byte of each chip's buffer, by link id.
using LinkLoads = std::vector<double>;

/// The three patterns of PatternCost over all chips. Exact: trees by counts of chips below each switch, trunks of a
/// dragonfly by those of their groups, inside of nodes route by route (a torus by its symmetry). Throws InputError
/// (infeasible) if chips are not joined.
[[nodiscard]] LinkLoads ring_loads(const Cluster& cluster);
[[nodiscard]] LinkLoads tree_loads(const Cluster& cluster);
[[nodiscard]] LinkLoads all_to_all_loads(const Cluster& cluster);

[[nodiscard]] PatternCost busiest(const Cluster& cluster, const LinkLoads& loads);

}  // namespace sim::topology
