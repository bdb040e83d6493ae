#include "sim/topology/switch_tree.hpp"

#include <algorithm>
#include <string>

#include "sim/base/error.hpp"

namespace sim::topology {
namespace {

void check_fabric(const FabricSpec& fabric) {
  if (fabric.nodes_per_pod <= 0) throw infeasible("nodes_per_pod of the fabric must be 1 or more");
  if (fabric.pods_per_core < 0) throw infeasible("pods_per_core of the fabric must be 0 or more");
  if (!(fabric.oversubscription > 0) || !(fabric.core_oversubscription > 0)) {
    throw infeasible("the oversubscription of a fabric must be above 0", "1 is a non-blocking fabric");
  }
}

/// As many have 261,632 trunks, and every exchange over all of them loads each.
constexpr std::size_t kMostGroups = 512;

void check_groups(const FabricSpec& fabric, std::size_t groups) {
  if (groups > kMostGroups) {
    throw infeasible("a dragonfly of " + std::to_string(groups) + " groups has more than " +
                         std::to_string(kMostGroups) + ", whose links between all pairs are too many to simulate",
                     "give a group more nodes (nodes_per_pod), or choose fat_tree");
  }
  if (fabric.pods_per_core == 0 || groups <= static_cast<std::size_t>(fabric.pods_per_core)) return;
  throw infeasible("the fleet fills " + std::to_string(groups) + " groups, but the dragonfly has " +
                       std::to_string(fabric.pods_per_core),
                   "raise pods_per_core, or set it to 0 for as many as the fleet fills");
}

std::size_t groups(std::size_t count, std::size_t size) {
  return (count + size - 1) / size;
}

}  // namespace

SwitchTree::SwitchTree(const FabricSpec& fabric, std::size_t rails, std::size_t nodes, std::size_t first_pod,
                       VertexId& next_vertex)
    : fabric_(fabric), first_pod_(first_pod), next_vertex_(&next_vertex) {
  if (fabric.kind == FabricKind::none) {
    nodes_per_pod_ = std::max<std::size_t>(nodes, 1);
    pods_ = 1;
    return;
  }
  check_fabric(fabric);
  nodes_per_pod_ = static_cast<std::size_t>(fabric.nodes_per_pod);
  pods_ = groups(nodes, nodes_per_pod_);
  rails_ = rails;
  const bool is_dragonfly = fabric.kind == FabricKind::dragonfly;
  const bool has_one_leaf = is_dragonfly || fabric.kind == FabricKind::fat_tree;
  leaves_per_pod_ = has_one_leaf ? std::min<std::size_t>(rails_, 1) : rails_;
  leaves_.resize(pods_ * leaves_per_pod_);
  if (is_dragonfly) check_groups(fabric, pods_);
  pods_per_core_ = fabric.pods_per_core > 0 ? static_cast<std::size_t>(fabric.pods_per_core) : pods_;
  if (is_dragonfly) pods_per_core_ = 1;
  planes_ = fabric.kind == FabricKind::rail_planes ? std::max<std::size_t>(rails_, 1) : 1;
  pod_groups_ = groups(pods_, pods_per_core_);
  if (leaves_.size() > planes_) spines_.resize(planes_ * pod_groups_);
  if (spines_.size() > planes_ && !is_dragonfly) cores_.resize(planes_);
}

VertexId SwitchTree::vertex_of(Cluster& cluster, Switch& place, VertexKind kind) {
  if (place.vertex == kNone) {
    place.vertex = (*next_vertex_)++;
    cluster.vertices[place.vertex] = kind;
  }
  return place.vertex;
}

void SwitchTree::attach(Cluster& cluster, VertexId nic, std::uint32_t node, std::uint32_t rail, const NodeSpec& spec) {
  const std::size_t offset = leaves_per_pod_ > 1 ? rail : 0;
  Switch& leaf = leaves_[node / nodes_per_pod_ * leaves_per_pod_ + offset];
  const VertexId vertex = vertex_of(cluster, leaf, VertexKind::leaf);
  leaf.rate += spec.nic_rate.value.value();
  leaf.nic_rate = leaf.rate;
  if (leaf.last_node != node) {
    leaf.last_node = node;
    ++leaf.members;
  }
  const Seconds own = spec.nic_latency.value;
  cluster.up[nic] = static_cast<LinkId>(cluster.links.size());
  cluster.links.push_back({nic, vertex, spec.nic_rate.value, own + fabric_.switch_latency.value, LinkTier::nic});
  cluster.down[nic] = static_cast<LinkId>(cluster.links.size());
  cluster.links.push_back({vertex, nic, spec.nic_rate.value, own, LinkTier::nic});
}

void SwitchTree::join(Cluster& cluster, VertexId below, VertexId above, BytesPerSecond rate, LinkTier tier) {
  cluster.up[below] = static_cast<LinkId>(cluster.links.size());
  cluster.links.push_back({below, above, rate, fabric_.switch_latency.value, tier});
  cluster.down[below] = static_cast<LinkId>(cluster.links.size());
  cluster.links.push_back({above, below, rate, fabric_.switch_latency.value, tier});
}

/// Uplinks are those of a full pod of such nodes, whatever part of it this fleet fills.
void SwitchTree::join_leaf(Cluster& cluster, std::size_t leaf) {
  const Switch& place = leaves_[leaf];
  if (place.vertex == kNone) return;
  const std::size_t pod = leaf / leaves_per_pod_;
  const std::size_t plane = planes_ > 1 ? leaf % leaves_per_pod_ : 0;
  Switch& spine = spines_[plane * pod_groups_ + pod / pods_per_core_];
  const VertexId above = vertex_of(cluster, spine, VertexKind::spine);
  const double rate = place.rate / place.members * static_cast<double>(nodes_per_pod_) / fabric_.oversubscription;
  join(cluster, place.vertex, above, BytesPerSecond(rate), LinkTier::leaf_uplink);
  spine.rate += rate;
  spine.nic_rate += place.nic_rate;
  if (spine.last_pod != pod) {
    spine.last_pod = static_cast<std::uint32_t>(pod);
    ++spine.members;
  }
}

void SwitchTree::join_spine(Cluster& cluster, std::size_t index) {
  const Switch& spine = spines_[index];
  if (spine.vertex == kNone) return;
  const double rate = spine.rate / spine.members * static_cast<double>(pods_per_core_) / fabric_.core_oversubscription;
  Switch& core = cores_[index / pod_groups_];
  core.nic_rate += spine.nic_rate;
  join(cluster, spine.vertex, vertex_of(cluster, core, VertexKind::core), BytesPerSecond(rate), LinkTier::trunk);
}

/// One trunk to another group, sized for a full group: an equal part of what its NICs feed into all global links.
double SwitchTree::global_rate(std::size_t group) const {
  const Switch& leaf = leaves_[group];
  const auto machine = fabric_.pods_per_core > 0 ? static_cast<std::size_t>(fabric_.pods_per_core) : pods_;
  const double injected = leaf.rate / leaf.members * static_cast<double>(nodes_per_pod_);
  return injected / fabric_.core_oversubscription / static_cast<double>(machine - 1);
}

void SwitchTree::join_groups(Cluster& cluster) {
  cluster.global = {static_cast<std::uint32_t>(pods_), spines_.front().vertex,
                    static_cast<LinkId>(cluster.links.size())};
  const Seconds latency = fabric_.switch_latency.value;
  for (std::size_t from = 0; from < pods_; ++from) {
    check(spines_[from].vertex == spines_.front().vertex + from, "the switches of groups have consecutive numbers");
    for (std::size_t to = 0; to < pods_; ++to) {
      if (to == from) continue;
      const BytesPerSecond rate(std::min(global_rate(from), global_rate(to)));
      cluster.links.push_back({spines_[from].vertex, spines_[to].vertex, rate, latency, LinkTier::trunk});
    }
  }
}

std::vector<TreeRoot> SwitchTree::finish(Cluster& cluster) {
  for (std::size_t leaf = 0; !spines_.empty() && leaf < leaves_.size(); ++leaf) join_leaf(cluster, leaf);
  for (std::size_t index = 0; !cores_.empty() && index < spines_.size(); ++index) join_spine(cluster, index);
  if (fabric_.kind == FabricKind::dragonfly && !spines_.empty()) join_groups(cluster);
  std::vector<TreeRoot> roots;
  for (const std::vector<Switch>* tier : {&leaves_, &spines_, &cores_}) {
    for (const Switch& place : *tier) {
      const bool is_root = place.vertex != kNone && cluster.up[place.vertex] == kNone;
      if (is_root) roots.push_back({place.vertex, place.nic_rate});
    }
  }
  return roots;
}

}  // namespace sim::topology
