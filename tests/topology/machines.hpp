#pragma once

#include <map>

#include "sim/topology/cluster.hpp"

namespace sim::topology::test {

/// A node of eight chips on a switch: 18 links of 25 GB/s (450 GB/s a chip), eight NICs of 50 GB/s, PCIe of 64 GB/s.
inline ClusterEntry switched_node(int chips) {
  ClusterEntry entry;
  entry.node.id = "switched";
  entry.node.scale_up_latency.value = microseconds(1);
  entry.node.nic_rate.value = gigabytes_per_second(50);
  entry.node.nic_latency.value = microseconds(2);
  entry.chips = chips;
  entry.links_per_chip = 18;
  entry.link_rate = gigabytes_per_second(25);
  entry.host_rate = gigabytes_per_second(64);
  return entry;
}

/// DGX-1V: NVLinks per pair as in topologies/nodes/dgx1-v100.yaml.
inline ClusterEntry cube_mesh(int chips) {
  ClusterEntry entry = switched_node(chips);
  entry.node.id = "cube";
  entry.node.scale_up = ScaleUpKind::mesh;
  entry.node.mesh = {{0, 1, 1}, {0, 2, 1}, {0, 3, 2}, {0, 4, 2}, {1, 2, 2}, {1, 3, 1}, {1, 5, 2}, {2, 3, 2},
                     {2, 6, 1}, {3, 7, 1}, {4, 5, 1}, {4, 6, 1}, {4, 7, 2}, {5, 6, 2}, {5, 7, 1}, {6, 7, 2}};
  entry.node.nics = 4;
  entry.node.nic_rate.value = gigabytes_per_second(12.5);
  entry.links_per_chip = 6;
  return entry;
}

inline ClusterEntry full_mesh(int chips) {
  ClusterEntry entry = switched_node(chips);
  entry.node.id = "full";
  entry.node.scale_up = ScaleUpKind::mesh;
  for (int from = 0; from < 8; ++from) {
    for (int to = from + 1; to < 8; ++to) entry.node.mesh.push_back({from, to, 1});
  }
  entry.links_per_chip = 7;
  return entry;
}

/// One torus; a chip has two links of 25 GB/s for each dimension.
inline ClusterEntry torus(const std::vector<int>& dimensions) {
  int chips = 1;
  for (const int size : dimensions) chips *= size;
  ClusterEntry entry = switched_node(chips);
  entry.node.id = "torus";
  entry.node.scale_up = ScaleUpKind::torus;
  entry.node.chips = chips;
  entry.node.dimensions = dimensions;
  entry.node.nics = 0;
  entry.links_per_chip = 2 * static_cast<int>(dimensions.size());
  return entry;
}

/// Eight PCIe cards, PCIe of 64 GB/s each.
inline ClusterEntry host_only(int chips, int nics) {
  ClusterEntry entry = switched_node(chips);
  entry.node.id = "pcie";
  entry.node.scale_up = ScaleUpKind::none;
  entry.node.nics = nics;
  entry.links_per_chip = 0;
  return entry;
}

inline FabricSpec fabric(FabricKind kind, int nodes_per_pod, double oversubscription = 1) {
  FabricSpec spec;
  spec.kind = kind;
  spec.nodes_per_pod = nodes_per_pod;
  spec.oversubscription = oversubscription;
  spec.switch_latency.value = microseconds(0.5);
  return spec;
}

/// Share of the traffic of a pair on each link that it crosses.
inline std::map<LinkId, double> route(const Cluster& cluster, ChipId from, ChipId to) {
  std::map<LinkId, double> shares;
  for_each_hop(cluster, from, to, [&](LinkId link, double share) { shares[link] += share; });
  return shares;
}

/// Mean number of hops of a pair: the shares summed.
inline double length(const Cluster& cluster, ChipId from, ChipId to) {
  double sum = 0;
  for_each_hop(cluster, from, to, [&](LinkId, double share) { sum += share; });
  return sum;
}

inline std::size_t count(const Cluster& cluster, VertexKind kind) {
  std::size_t found = 0;
  for (const VertexKind vertex : cluster.vertices) found += vertex == kind ? 1 : 0;
  return found;
}

}  // namespace sim::topology::test
