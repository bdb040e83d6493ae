#include "sim/topology/islands.hpp"

#include <algorithm>
#include <string>

#include "sim/base/error.hpp"

namespace sim::topology {
namespace {

// Whether nodes of both can hang in one tree: equal in all but the words about where the figures come from.
bool is_same_fabric(const FabricSpec& a, const FabricSpec& b) {
  return a.kind == b.kind && a.network == b.network && a.nodes_per_pod == b.nodes_per_pod &&
         a.pods_per_core == b.pods_per_core && a.oversubscription == b.oversubscription &&
         a.core_oversubscription == b.core_oversubscription && a.routing == b.routing &&
         a.in_network_reduction == b.in_network_reduction && a.switch_latency.value == b.switch_latency.value;
}

}  // namespace

void check_join(const std::vector<FabricSpec>& fabrics, const std::optional<JoinSpec>& join) {
  const bool is_one = std::all_of(fabrics.begin(), fabrics.end(),
                                  [&](const FabricSpec& fabric) { return is_same_fabric(fabric, fabrics.front()); });
  if (is_one && join) {
    throw InputError("all entries of the fleet have the same fabric, so there is nothing to join",
                     "leave it out, or give the entries topologies with different fabrics");
  }
  if (is_one) return;
  if (!join) {
    throw infeasible("the entries of the fleet have different fabrics, and nothing joins them",
                     "say what does, for example fabric: {network: roce, island_rate: 3.2 Tb/s, latency: 5 us}");
  }
  for (std::size_t entry = 0; entry < fabrics.size(); ++entry) {
    if (fabrics[entry].kind == FabricKind::rail_planes) {
      throw infeasible(
          "entry " + std::to_string(entry) + " of the fleet has a fabric of planes, which cannot be joined",
          "name a topology whose rails meet in spine switches (rail_fat_tree)");
    }
    if (fabrics[entry].kind == FabricKind::dragonfly) {
      throw infeasible("entry " + std::to_string(entry) +
                           " of the fleet has a dragonfly, whose groups have no common switch to hang in a join",
                       "name a topology with a tree (fat_tree or rail_fat_tree)");
    }
    if (fabrics[entry].kind != FabricKind::none) continue;
    throw infeasible("entry " + std::to_string(entry) +
                         " of the fleet has a topology without a fabric, which nothing can be joined to",
                     "name a topology with a fabric for it");
  }
  if (join->island_rate.value > BytesPerSecond(0)) return;
  throw infeasible("the rate at which islands are joined must be above 0", "set island_rate");
}

namespace {

// Every chip must reach every plane inside its node.
void check_planes(const std::vector<ClusterEntry>& entries) {
  if (entries.front().fabric.kind != FabricKind::rail_planes) return;
  for (const ClusterEntry& entry : entries) {
    if (entry.chips % entry.node.chips == 0 && entry.node.nics == entries.front().node.nics) continue;
    throw infeasible("planes meet only inside the nodes, so that all nodes must be full and have the same NICs",
                     "fill the nodes, or choose rail_fat_tree");
  }
}

}  // namespace

Islands::Islands(const std::vector<ClusterEntry>& entries, const std::vector<std::uint32_t>& nodes,
                 const std::optional<JoinSpec>& join, std::size_t first_vertex)
    : join_(join), next_vertex_(static_cast<VertexId>(first_vertex)) {
  std::vector<FabricSpec> fabrics;
  for (const ClusterEntry& entry : entries) fabrics.push_back(entry.fabric);
  check_join(fabrics, join);
  check_planes(entries);
  number(entries);
  std::vector<std::size_t> rails(fabrics_.size(), 0), sizes(fabrics_.size(), 0);
  for (std::size_t entry = 0; entry < entries.size(); ++entry) {
    const std::uint32_t island = island_of_entry_[entry];
    rails[island] = std::max(rails[island], static_cast<std::size_t>(entries[entry].node.nics));
    sizes[island] += nodes[entry];
  }
  std::size_t pods = 0;
  for (std::size_t island = 0; island < fabrics_.size(); ++island) {
    trees_.emplace_back(fabrics_[island], rails[island], sizes[island], pods, next_vertex_);
    pods += trees_.back().pods();
    if (fabrics_[island].kind != FabricKind::none) rails_ = std::max(rails_, rails[island]);
  }
  next_node_.assign(fabrics_.size(), 0);
}

void Islands::number(const std::vector<ClusterEntry>& entries) {
  for (const ClusterEntry& entry : entries) {
    const auto same = std::find_if(fabrics_.begin(), fabrics_.end(),
                                   [&](const FabricSpec& fabric) { return is_same_fabric(fabric, entry.fabric); });
    island_of_entry_.push_back(static_cast<std::uint32_t>(same - fabrics_.begin()));
    if (same == fabrics_.end()) fabrics_.push_back(entry.fabric);
  }
}

std::size_t Islands::vertices() const {
  std::size_t sum = join_ ? 1 : 0;
  for (const SwitchTree& tree : trees_) sum += tree.vertices();
  return sum;
}

void Islands::begin_node(std::size_t entry) {
  island_ = island_of_entry_[entry];
  pod_of_node_.push_back(trees_[island_].pod_of(next_node_[island_]++));
}

void Islands::attach(Cluster& cluster, VertexId nic, std::uint32_t rail, const NodeSpec& spec) {
  trees_[island_].attach(cluster, nic, next_node_[island_] - 1, rail, spec);
}

// Several roots share the island's rate as their NICs could fill it.
void Islands::hang(Cluster& cluster, const std::vector<TreeRoot>& roots) {
  double all = 0;
  for (const TreeRoot& root : roots) all += root.rate;
  for (const TreeRoot& root : roots) {
    const BytesPerSecond rate = root.rate / all * join_->island_rate.value;
    const Seconds latency = join_->latency.value;
    cluster.up[root.vertex] = static_cast<LinkId>(cluster.links.size());
    cluster.links.push_back({root.vertex, cluster.join, rate, latency, LinkTier::trunk});
    cluster.down[root.vertex] = static_cast<LinkId>(cluster.links.size());
    cluster.links.push_back({cluster.join, root.vertex, rate, latency, LinkTier::trunk});
  }
}

void Islands::finish(Cluster& cluster) {
  std::vector<std::vector<TreeRoot>> roots;
  for (SwitchTree& tree : trees_) {
    roots.push_back(tree.finish(cluster));
    cluster.pods += static_cast<std::uint32_t>(tree.pods());
  }
  if (join_) {
    cluster.join = next_vertex_++;
    cluster.vertices[cluster.join] = VertexKind::core;
    for (const std::vector<TreeRoot>& island : roots) hang(cluster, island);
  }
  const bool has_planes = fabrics_.front().kind == FabricKind::rail_planes;
  cluster.planes = has_planes ? static_cast<std::uint32_t>(rails_) : 1;
  cluster.rails = static_cast<std::uint32_t>(rails_);
  cluster.pod_of_node = std::move(pod_of_node_);
  cluster.islands = static_cast<std::uint32_t>(trees_.size());
  cluster.island_of_entry = island_of_entry_;
  cluster.vertices.resize(next_vertex_);
  cluster.up.resize(next_vertex_);
  cluster.down.resize(next_vertex_);
}

}  // namespace sim::topology
