#include <algorithm>
#include <array>
#include <string>

#include "sim/base/error.hpp"
#include "sim/topology/cluster.hpp"
#include "sim/topology/domain.hpp"

namespace sim::topology {
namespace {

/// Chip, NIC, leaf, spine, core, join and two to spare.
constexpr std::size_t kTreeHeight = 8;

void visit_domain(const Cluster& cluster, ChipId from, ChipId to, const std::function<void(LinkId, double)>& visit) {
  const NodePlace& node = cluster.node_places[cluster.chips[from].node];
  if (node.routes == kNone) {
    visit(cluster.scale_up_out[from], 1.0);
    visit(cluster.scale_up_in[to], 1.0);
    return;
  }
  const DomainRoutes& routes = cluster.routes[node.routes];
  const std::uint32_t start = from - node.first_chip;
  const std::uint32_t end = to - node.first_chip;
  if (!routes.dimensions.empty()) {
    for_each_torus_hop(routes, start, end,
                       [&](std::uint32_t link, double share) { visit(node.first_link + link, share); });
    return;
  }
  const std::size_t pair = std::size_t{start} * routes.chips + end;
  for (std::uint32_t hop = routes.first[pair]; hop < routes.first[pair + 1]; ++hop) {
    visit(node.first_link + routes.hops[hop].link, routes.hops[hop].share);
  }
}

VertexId parent_of(const Cluster& cluster, VertexId vertex) {
  const LinkId link = cluster.up[vertex];
  return link == kNone ? kNone : cluster.links[link].to;
}

[[noreturn]] void not_joined(const Cluster& cluster, ChipId from, ChipId to) {
  throw infeasible("chips " + std::to_string(from) + " (node " + std::to_string(cluster.chips[from].node) + ") and " +
                       std::to_string(to) + " (node " + std::to_string(cluster.chips[to].node) + ") are not joined",
                   "give the machine a fabric, or keep a group inside one node");
}

VertexId root_of(const Cluster& cluster, VertexId vertex) {
  while (cluster.up[vertex] != kNone) vertex = parent_of(cluster, vertex);
  return vertex;
}

/// The chip of the sender's node that hands traffic to the receiver's plane: the sender itself where both share one.
ChipId relay_of(const Cluster& cluster, ChipId from, ChipId to) {
  if (cluster.global.groups > 0) return from;
  const VertexId root = root_of(cluster, cluster.chips[to].vertex);
  if (root_of(cluster, cluster.chips[from].vertex) == root) return from;
  const NodePlace& node = cluster.node_places[cluster.chips[from].node];
  for (ChipId chip = node.first_chip; chip < node.first_chip + node.chips; ++chip) {
    if (root_of(cluster, cluster.chips[chip].vertex) == root) return chip;
  }
  not_joined(cluster, from, to);
}

void visit_tree(const Cluster& cluster, ChipId from, ChipId to, const std::function<void(LinkId, double)>& visit) {
  std::array<VertexId, kTreeHeight> above{};  // `to` and what stands over it
  std::size_t height = 0;
  for (VertexId vertex = cluster.chips[to].vertex; vertex != kNone; vertex = parent_of(cluster, vertex)) {
    check(height < kTreeHeight, "the switch tree is not deeper than its kinds of switches");
    above[height++] = vertex;
  }
  const auto end = above.begin() + static_cast<std::ptrdiff_t>(height);
  VertexId climbing = cluster.chips[from].vertex;
  auto meeting = std::find(above.begin(), end, climbing);
  for (; meeting == end; meeting = std::find(above.begin(), end, climbing)) {
    const LinkId up = cluster.up[climbing];
    const LinkId link = up == kNone ? cluster.global.between_roots(climbing, above[height - 1]) : up;
    visit(link, 1.0);
    climbing = cluster.links[link].to;
  }
  while (meeting != above.begin()) visit(cluster.down[*--meeting], 1.0);
}

}  // namespace

void for_each_hop(const Cluster& cluster, ChipId from, ChipId to, const std::function<void(LinkId, double)>& visit) {
  check(from < cluster.chips.size() && to < cluster.chips.size(), "a chip of a route exists");
  if (from == to) return;
  if (cluster.chips[from].node == cluster.chips[to].node) return visit_domain(cluster, from, to, visit);
  const ChipId relay = relay_of(cluster, from, to);
  if (relay != from) visit_domain(cluster, from, relay, visit);
  visit_tree(cluster, relay, to, visit);
}

}  // namespace sim::topology
