#include "sim/iteration/geometry.hpp"

#include <algorithm>
#include <functional>
#include <map>

#include "sim/iteration/group_trunks.hpp"

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

/// The inside of the nodes of one fleet entry as its members of the group see it.
struct Inside {
  const hardware::LinkGeneration* link = nullptr;
  double links = 0;
  BytesPerSecond port_rate;
  BytesPerSecond host_path;

  [[nodiscard]] BytesPerSecond rate() const { return link == nullptr || links == 0 ? host_path : port_rate; }
};

// `chips`: members of one entry.
Inside inside_of(const FabricView& view, std::span<const ChipId> chips, int ranks_per_node) {
  const FleetEntry& entry = view.entry_of(chips.front());
  Inside inside;
  inside.host_path = entry.node.host_rate.value;
  if (inside.host_path == BytesPerSecond(0) && entry.chip.host_link) inside.host_path = entry.chip.host_link->value;
  if (!entry.link || entry.node.scale_up == topology::ScaleUpKind::none) return inside;
  inside.link = &*entry.link;
  if (ranks_per_node < 2) return inside;
  if (view.cluster.scale_up_out[chips.front()] == kNone) {
    inside.links = entry.link->in_step_share.value * mesh_links(view, chips);
    inside.port_rate = inside.links * entry.link->usable_rate.value;
    return inside;
  }
  double slowest = 1e30;
  for (const ChipId chip : chips) {
    slowest = std::min({slowest, view.rate[view.cluster.scale_up_out[chip]].value(),
                        view.rate[view.cluster.scale_up_in[chip]].value()});
  }
  inside.port_rate = BytesPerSecond(slowest);
  inside.links = slowest / entry.link->usable_rate.value.value();
  return inside;
}

// Over entries with different links the slowest sets the pace; chips come in order, so those of an entry stand
// together.
void add_scale_up(const FabricView& view, std::span<const ChipId> chips, Geometry& geometry) {
  Inside slowest;
  BytesPerSecond host_path;
  for (std::size_t begin = 0, end = 0; begin < chips.size(); begin = end) {
    const std::uint16_t entry = view.cluster.chips[chips[begin]].entry;
    while (end < chips.size() && view.cluster.chips[chips[end]].entry == entry) ++end;
    const Inside inside = inside_of(view, chips.subspan(begin, end - begin), geometry.shape.ranks_per_node);
    if (begin == 0 || inside.rate() < slowest.rate()) slowest = inside;
    host_path = begin == 0 ? inside.host_path : std::min(host_path, inside.host_path);
    const auto& known = view.entry_of(chips[begin]).chip.multiprocessors;
    const double cores = known ? known->value : 0.0;
    geometry.cores = begin == 0 ? cores : std::min(geometry.cores, cores);
  }
  geometry.shape.host_path = host_path;
  geometry.shape.link = slowest.link;
  geometry.shape.links = slowest.links;
  geometry.port_rate = slowest.port_rate;
}

// The network of the island that the group lies in, or that of the join.
void add_islands(const FabricView& view, std::span<const ChipId> chips, cost::GroupShape& shape) {
  const auto network_of = [](const Region& region) { return region.network ? &*region.network : nullptr; };
  shape.network = network_of(view.regions[view.island_of(chips.front())]);
  if (view.cluster.islands == 1) return;
  std::vector<bool> is_there(view.cluster.islands, false);
  for (const ChipId chip : chips) is_there[view.island_of(chip)] = true;
  shape.islands = static_cast<int>(std::count(is_there.begin(), is_there.end(), true));
  if (shape.islands == 1) return;
  shape.network = network_of(view.regions.back());
  shape.crossing = 2.0 * view.job->join->latency.value;  // up to the join and down again
}

void add_network(const FabricView& view, std::span<const ChipId> chips, Geometry& geometry) {
  add_islands(view, chips, geometry.shape);
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

void lower(BytesPerSecond& rate, double other) {
  if (rate == BytesPerSecond(0) || other < rate.value()) rate = BytesPerSecond(other);
}

double cable_rate(const FabricView& view, topology::LinkId link) {
  return view.rate[link].value() / view.cables_of(link);
}

// Flows of a ring that share a hashed trunk spread over its cables.
void add_ring_rate(const FabricView& view, const std::vector<LeafShare>& leaves, Geometry& geometry) {
  std::map<topology::LinkId, int> flows;
  for_each_ring_flow(leaves, geometry.shape.nics_per_node, [&](topology::VertexId from, topology::VertexId to) {
    for_each_trunk(view, from, to, [&flows](topology::LinkId link) { ++flows[link]; });
  });
  for (const auto& [link, count] : flows) {
    if (!view.trunk_binds[link]) continue;
    const double on_a_cable = std::max(1.0, static_cast<double>(count) / view.cables_of(link));
    lower(geometry.ring_rate, cable_rate(view, link) / on_a_cable);
  }
}

void add_exchange_rates(const FabricView& view, const std::vector<LeafShare>& leaves, Geometry& geometry) {
  for_each_exchange(view, leaves, [&](topology::LinkId link, bool is_leaf, double buffers) {
    if (is_leaf) geometry.leaf_share = std::max(geometry.leaf_share, buffers);
    if (!view.trunk_binds[link]) return;
    if (!is_leaf) {
      lower(geometry.exchange_rate, view.rate[link].value() / buffers);
    } else if (geometry.trunk_rate == BytesPerSecond(0) || cable_rate(view, link) < geometry.trunk_rate.value()) {
      geometry.trunk_rate = BytesPerSecond(cable_rate(view, link));
      geometry.trunk_cables = view.cables_of(link);
    }
  });
}

void add_trunks(const FabricView& view, std::span<const ChipId> chips, Geometry& geometry) {
  const std::vector<LeafShare> leaves = leaves_of(view, chips);
  std::vector<std::uint32_t> pods;
  for (const LeafShare& share : leaves) pods.push_back(share.pod);
  std::sort(pods.begin(), pods.end());
  geometry.pods = static_cast<int>(std::unique(pods.begin(), pods.end()) - pods.begin());
  if (geometry.pods == 1) return;
  add_ring_rate(view, leaves, geometry);
  add_exchange_rates(view, leaves, geometry);
}

auto key(const Geometry& g) {
  return std::make_tuple(g.shape.ranks, g.shape.nodes, g.shape.ranks_per_node, g.shape.nics_per_node,
                         g.shape.nic_rate.value(), g.shape.links, g.shape.link, g.shape.network,
                         g.shape.host_path.value(), g.pods, g.port_rate.value(), g.trunk_rate.value(), g.trunk_cables,
                         g.leaf_share, g.ring_rate.value(), g.exchange_rate.value(), g.shape.islands,
                         g.shape.crossing.value(), g.nics_for_each, g.cores);
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

namespace {

// The same for all groups of a job, so no part of key().
cost::TokenSpread token_spread(const model::Transformer& model) {
  if (!model.experts) return {};
  const model::MixtureOfExperts& mixture = *model.experts;
  return {mixture.experts, mixture.top_k, mixture.routing_groups, mixture.groups_per_token};
}

}  // namespace

Geometry geometry_of(const FabricView& view, std::span<const ChipId> chips) {
  Geometry geometry;
  const NodeShares shares = shares_of(view, chips);
  geometry.shape.ranks = static_cast<int>(chips.size());
  geometry.shape.nodes = shares.nodes;
  geometry.shape.ranks_per_node = shares.members;
  geometry.shape.nics_per_node = shares.nics;
  geometry.shape.tokens = token_spread(view.job->model);
  add_scale_up(view, chips, geometry);
  if (shares.nodes == 1) return geometry;
  add_network(view, chips, geometry);
  if (view.any_trunk_binds) add_trunks(view, chips, geometry);
  return geometry;
}

}  // namespace sim::iteration
