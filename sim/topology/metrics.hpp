#pragma once

#include <vector>

#include "sim/topology/cluster.hpp"

namespace sim::topology {

/// Load of the busiest link when every chip takes part in one pattern over all chips, as bytes on that link per byte of
/// each chip's buffer, and the time per gigabyte that it implies.
struct PatternCost {
  double busiest_link_bytes = 0;  ///< B on the busiest link per B of the buffer
  Seconds seconds_per_gigabyte;
  LinkTier busiest_tier = LinkTier::scale_up;
};

struct TopologyMetrics {
  std::size_t chips = 0, nodes = 0, nics = 0, switches = 0, links = 0;
  int diameter = 0;                   ///< hops between the two most distant chips
  Seconds diameter_latency;
  BytesPerSecond bisection;           ///< max-flow between the first and the second half of the chips, one direction
  PatternCost ring, tree, all_to_all;
};

/// All figures on the graph itself: breadth-first search and push-relabel max-flow of Boost.Graph.
[[nodiscard]] TopologyMetrics measure(const Cluster& cluster);

}  // namespace sim::topology
