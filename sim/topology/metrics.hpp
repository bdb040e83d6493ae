#pragma once

#include "sim/topology/cluster.hpp"

namespace sim::topology {

/// Load of the link that holds a pattern up when every chip takes part in it, as bytes on that link per byte of each
/// chip's buffer, and the time per gigabyte of buffer that it implies (wire rates, no latency).
/// - ring: all-reduce over one ring in chip order; each chip sends 2 (n - 1) / n of its buffer to the next.
/// - tree: all-reduce over two trees with half of the buffer each, up and down. Inside a node a chain in order of
///   position; between nodes a halving tree: the root of nodes [a, b) is the middle one, m = (a + b) / 2 rounded down,
///   its children are the roots of [a, m) and [m + 1, b). The first tree enters and leaves a node by its first chip,
///   the second by its last chip, and sees the nodes shifted by one, so that leaves of one tree are mostly inner in the
///   other.
/// - all_to_all: each chip sends 1 / n of its buffer to every other chip, straight.
/// The busiest link is the one that takes longest; all zero for a single chip.
struct PatternCost {
  double busiest_link_bytes = 0;  ///< B on the busiest link per B of the buffer
  Seconds seconds_per_gigabyte;
  LinkTier busiest_tier = LinkTier::scale_up;
};

struct TopologyMetrics {
  std::size_t chips = 0, nodes = 0, nics = 0, switches = 0, links = 0;
  int diameter = 0;  ///< hops between the two most distant chips
  Seconds diameter_latency;
  BytesPerSecond bisection;  ///< max-flow between the first and the second half of the chips, one direction
  PatternCost ring, tree, all_to_all;
};

/// All figures on the graph itself: breadth-first search and push-relabel max-flow of Boost.Graph, exact to 1 MB/s.
/// The chips of one half are one vertex of the flow network, which leaves the flow as it is. It is
/// the smallest cut: in a dragonfly it may take detours over third groups, which routes do not. The search starts at
/// every chip of small machines; in large ones at those of the first and the last node of each entry (switched nodes:
/// first and last chip; a torus, where all chips are alike: the first). Throws InputError (infeasible) for several
/// nodes that no fabric joins.
[[nodiscard]] TopologyMetrics measure(const Cluster& cluster);

}  // namespace sim::topology
