#include "sim/iteration/geometry.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <set>

namespace sim::iteration {
namespace {

using topology::ChipId;
using topology::kNone;

/// How a group spreads over nodes: their number, and the fewest members and NICs that it has in one of them.
struct NodeShares {
  int nodes = 0;
  int members = 0;
  int nics = 0;
};

// Chips come in order, so the members of a node stand together.
NodeShares shares_of(const FabricView& view, std::span<const ChipId> chips) {
  constexpr int kMany = 1 << 30;
  NodeShares shares{0, kMany, kMany};
  for (std::size_t i = 0; i < chips.size();) {
    const std::uint32_t node = view.cluster.chips[chips[i]].node;
    int members = 0, nics = 0;
    topology::VertexId nic = kNone;
    for (; i < chips.size() && view.cluster.chips[chips[i]].node == node; ++i, ++members) {
      if (members == 0 || view.cluster.chips[chips[i]].nic != nic) ++nics;
      nic = view.cluster.chips[chips[i]].nic;
    }
    ++shares.nodes;
    shares.members = std::min(shares.members, members);
    shares.nics = std::min(shares.nics, nics);
  }
  return shares;
}

// Links of a mesh between members: the fewest that any member has towards the others bounds the rings of the group.
double mesh_links(const FabricView& view, std::span<const ChipId> chips) {
  const topology::NodePlace& node = view.cluster.node_places[view.cluster.chips[chips.front()].node];
  std::vector<double> rate(node.chips, 0.0);
  std::vector<bool> is_member(node.chips, false);
  for (const ChipId chip : chips) {
    if (chip >= node.first_chip && chip < node.first_chip + node.chips) is_member[chip - node.first_chip] = true;
  }
  for (topology::LinkId link = node.first_link; link < node.first_link + node.links; ++link) {
    const topology::Link& edge = view.cluster.links[link];
    const std::uint32_t from = edge.from - node.first_chip, to = edge.to - node.first_chip;
    if (from < node.chips && to < node.chips && is_member[from] && is_member[to]) rate[from] += edge.capacity.value();
  }
  const double one = view.entry_of(chips.front()).link->usable_rate.value.value();
  double fewest = 1e30;
  for (std::uint32_t i = 0; i < node.chips; ++i) {
    if (is_member[i]) fewest = std::min(fewest, rate[i] / one);
  }
  return std::max(fewest, 1.0);  // members without a direct link share one over their neighbours
}

void add_scale_up(const FabricView& view, std::span<const ChipId> chips, Geometry& geometry) {
  const FleetEntry& entry = view.entry_of(chips.front());
  geometry.shape.host_path = entry.node.host_rate.value;
  if (geometry.shape.host_path == BytesPerSecond(0) && entry.chip.host_link) {
    geometry.shape.host_path = entry.chip.host_link->value;
  }
  if (!entry.link || entry.node.scale_up == topology::ScaleUpKind::none) return;
  geometry.shape.link = &*entry.link;
  if (geometry.shape.ranks_per_node < 2) return;
  if (view.cluster.scale_up_out[chips.front()] == kNone) {
    geometry.shape.links = entry.link->in_step_share.value * mesh_links(view, chips);
    geometry.port_rate = geometry.shape.links * entry.link->usable_rate.value;
    return;
  }
  double slowest = 1e30;
  for (const ChipId chip : chips) {
    slowest = std::min({slowest, view.rate[view.cluster.scale_up_out[chip]].value(),
                        view.rate[view.cluster.scale_up_in[chip]].value()});
  }
  geometry.port_rate = BytesPerSecond(slowest);
  geometry.shape.links = slowest / entry.link->usable_rate.value.value();
}

void add_network(const FabricView& view, std::span<const ChipId> chips, Geometry& geometry) {
  geometry.shape.network = view.job->network ? &*view.job->network : nullptr;
  double slowest = 1e30;
  for (const ChipId chip : chips) {
    const topology::VertexId nic = view.cluster.chips[chip].nic;
    if (nic == kNone) continue;
    slowest = std::min({slowest, view.rate[view.cluster.up[nic]].value(), view.rate[view.cluster.down[nic]].value()});
  }
  geometry.shape.nic_rate = BytesPerSecond(slowest);
  if (geometry.shape.host_path > BytesPerSecond(0)) {
    const double chips_per_nic = geometry.shape.ranks_per_node / std::max(1.0, geometry.shape.nics_per_node);
    geometry.shape.nic_rate = std::min(geometry.shape.nic_rate, chips_per_nic * geometry.shape.host_path);
  }
}

void add_trunks(const FabricView& view, std::span<const ChipId> chips, Geometry& geometry) {
  std::map<std::uint32_t, int> members_in_pod;
  std::map<topology::VertexId, std::pair<std::uint32_t, int>> members_on_leaf;
  for (const ChipId chip : chips) {
    const topology::ChipPlace& place = view.cluster.chips[chip];
    const std::uint32_t pod = view.cluster.pod_of_node[place.node];
    ++members_in_pod[pod];
    auto& leaf = members_on_leaf[view.leaf_of(place.nic)];
    leaf.first = pod;
    ++leaf.second;
  }
  geometry.pods = static_cast<int>(members_in_pod.size());
  if (geometry.pods == 1) return;
  double slowest = 1e30;
  const auto total = static_cast<double>(chips.size());
  for (const auto& [leaf, pod_and_count] : members_on_leaf) {
    const double leaving = (total - members_in_pod[pod_and_count.first]) / total;
    geometry.leaf_share = std::max(geometry.leaf_share, pod_and_count.second * leaving);
    for (topology::VertexId vertex = leaf; view.cluster.up[vertex] != kNone;) {
      const topology::LinkId up = view.cluster.up[vertex], down = view.cluster.down[vertex];
      for (const topology::LinkId link : {up, down}) {
        const double cable = view.rate[link].value() / view.cables_of(link);
        if (!view.trunk_binds[link] || cable >= slowest) continue;
        slowest = cable;
        geometry.trunk_cables = view.cables_of(link);
      }
      vertex = view.cluster.links[up].to;
    }
  }
  if (slowest < 1e30) geometry.trunk_rate = BytesPerSecond(slowest);
}

auto key(const Geometry& g) {
  return std::make_tuple(g.shape.ranks, g.shape.nodes, g.shape.ranks_per_node, g.shape.nics_per_node,
                         g.shape.nic_rate.value(), g.shape.links, g.shape.link, g.shape.host_path.value(), g.pods,
                         g.port_rate.value(), g.trunk_rate.value(), g.trunk_cables, g.leaf_share);
}

}  // namespace

bool Geometry::operator==(const Geometry& other) const {
  return key(*this) == key(other);
}

std::size_t GeometryHash::operator()(const Geometry& geometry) const {
  std::size_t hash = 0;
  const auto mix = [&hash](auto value) {
    hash ^= std::hash<decltype(value)>{}(value) + 0x9e3779b97f4a7c15ULL + (hash << 6) + (hash >> 2);
  };
  std::apply([&mix](auto... parts) { (mix(parts), ...); }, key(geometry));
  return hash;
}

Geometry geometry_of(const FabricView& view, std::span<const ChipId> chips) {
  Geometry geometry;
  const NodeShares shares = shares_of(view, chips);
  geometry.shape.ranks = static_cast<int>(chips.size());
  geometry.shape.nodes = shares.nodes;
  geometry.shape.ranks_per_node = shares.members;
  geometry.shape.nics_per_node = shares.nics;
  add_scale_up(view, chips, geometry);
  if (shares.nodes == 1) return geometry;
  add_network(view, chips, geometry);
  if (view.any_trunk_binds) add_trunks(view, chips, geometry);
  return geometry;
}

}  // namespace sim::iteration
