#include "sim/topology/metrics.hpp"

#include <algorithm>

#include "sim/base/error.hpp"
#include "sim/topology/graph.hpp"
#include "sim/topology/patterns.hpp"

namespace sim::topology {
namespace {

/// Searches from every chip cost chips x links; above this, only from those that differ.
constexpr std::size_t kAllSources = 20'000'000;

bool is_switch(VertexKind kind) {
  return kind == VertexKind::scale_up_switch || kind == VertexKind::leaf || kind == VertexKind::spine ||
         kind == VertexKind::core;
}

void count_parts(const Cluster& cluster, TopologyMetrics& metrics) {
  metrics.chips = cluster.chips.size();
  metrics.nodes = cluster.nodes;
  metrics.links = cluster.links.size();
  for (const VertexKind kind : cluster.vertices) {
    metrics.nics += kind == VertexKind::nic ? 1 : 0;
    metrics.switches += is_switch(kind) ? 1 : 0;
  }
}

void add_sources(const Cluster& cluster, const NodePlace& node, std::vector<ChipId>& sources) {
  const ChipId last = node.first_chip + node.chips - 1;
  sources.push_back(node.first_chip);
  if (node.routes == kNone) sources.push_back(last);
  const bool table = node.routes != kNone && cluster.routes[node.routes].dimensions.empty();
  for (ChipId chip = node.first_chip + 1; table && chip <= last; ++chip) sources.push_back(chip);
}

std::vector<ChipId> search_sources(const Cluster& cluster) {
  std::vector<ChipId> sources;
  if (cluster.chips.size() * cluster.links.size() <= kAllSources) {
    for (ChipId chip = 0; chip < cluster.chips.size(); ++chip) sources.push_back(chip);
    return sources;
  }
  for (std::uint32_t node = 0; node < cluster.nodes; ++node) {
    const std::uint16_t entry = cluster.chips[cluster.node_places[node].first_chip].entry;
    const auto entry_of = [&](std::uint32_t other) {
      return cluster.chips[cluster.node_places[other].first_chip].entry;
    };
    const bool first = node == 0 || entry_of(node - 1) != entry;
    const bool last = node + 1 == cluster.nodes || entry_of(node + 1) != entry;
    if (first || last) add_sources(cluster, cluster.node_places[node], sources);
  }
  return sources;
}

void measure_diameter(const Cluster& cluster, TopologyMetrics& metrics) {
  const Graph graph(cluster);
  for (const ChipId source : search_sources(cluster)) {
    const Distances found = graph.distances(source);
    for (ChipId chip = 0; chip < cluster.chips.size(); ++chip) {
      if (found.hops[chip] < 0) throw infeasible("the nodes of this machine are not joined", "give it a fabric");
      metrics.diameter = std::max(metrics.diameter, found.hops[chip]);
      metrics.diameter_latency = std::max(metrics.diameter_latency, found.latency[chip]);
    }
  }
}

/// Flow network: vertex 0 is all chips of the first half, 1 all others, then the rest of the machine.
BytesPerSecond bisection(const Cluster& cluster) {
  const std::size_t chips = cluster.chips.size();
  const std::size_t half = (chips + 1) / 2;
  const auto end_of = [&](VertexId vertex) {
    if (vertex >= chips) return static_cast<std::uint32_t>(vertex - chips + 2);
    return vertex < half ? 0U : 1U;
  };
  std::vector<FlowEdge> edges;
  edges.reserve(cluster.links.size());
  for (const Link& link : cluster.links) edges.push_back({end_of(link.from), end_of(link.to), link.capacity.value()});
  return max_flow(static_cast<std::uint32_t>(cluster.vertices.size() - chips + 2), std::move(edges), 0, 1);
}

}  // namespace

TopologyMetrics measure(const Cluster& cluster) {
  TopologyMetrics metrics;
  count_parts(cluster, metrics);
  if (metrics.chips < 2) return metrics;
  measure_diameter(cluster, metrics);
  metrics.bisection = bisection(cluster);
  metrics.ring = busiest(cluster, ring_loads(cluster));
  metrics.tree = busiest(cluster, tree_loads(cluster));
  metrics.all_to_all = busiest(cluster, all_to_all_loads(cluster));
  return metrics;
}

}  // namespace sim::topology
