#include "sim/topology/patterns.hpp"

#include "sim/base/error.hpp"
#include "sim/topology/domain.hpp"

namespace sim::topology {
namespace {

void add_route(const Cluster& cluster, ChipId from, ChipId to, double bytes, LinkLoads& loads) {
  for_each_hop(cluster, from, to, [&](LinkId link, double share) { loads[link] += bytes * share; });
}

/// Nodes [begin, end) of one halving tree; node i of the tree is node (i + shift) mod nodes of the machine.
struct HalvingTree {
  const Cluster& cluster;
  std::uint32_t shift;
  LinkLoads& loads;

  [[nodiscard]] ChipId door(std::uint32_t place) const {
    const NodePlace& node = cluster.node_places[(place + shift) % cluster.nodes];
    return shift == 0 ? node.first_chip : node.first_chip + node.chips - 1;
  }

  void join(std::uint32_t parent, std::uint32_t begin, std::uint32_t end) const {
    if (begin >= end) return;
    const std::uint32_t root = begin + (end - begin) / 2;
    add_route(cluster, door(root), door(parent), 0.5, loads);
    add_route(cluster, door(parent), door(root), 0.5, loads);
    join(root, begin, root);
    join(root, root + 1, end);
  }

  void run() const {
    const std::uint32_t root = cluster.nodes / 2;
    join(root, 0, root);
    join(root, root + 1, cluster.nodes);
  }
};

/// Chips below every switch of the tree, and what must be left out because it stays inside a node.
struct Below {
  double chips = 0;
  double whole_nodes = 0;  ///< chips of all nodes that have one below
  double node_chips = 0;   ///< sum over the chips below of the chips in their node
  double together = 0;     ///< ordered pairs of chips below that share a node, each chip with itself included
};

std::vector<Below> count_below(const Cluster& cluster) {
  std::vector<Below> below(cluster.vertices.size());
  for (const NodePlace& node : cluster.node_places) {
    std::vector<VertexId> at(node.chips);
    for (std::uint32_t position = 0; position < node.chips; ++position) at[position] = node.first_chip + position;
    while (cluster.up[at.front()] != kNone) {
      for (std::size_t begin = 0, end = 0; begin < at.size(); begin = end) {
        while (end < at.size() && at[end] == at[begin]) ++end;
        const auto same = static_cast<double>(end - begin);
        Below& here = below[at[begin]];
        here.chips += same;
        here.whole_nodes += node.chips;
        here.node_chips += same * node.chips;
        here.together += same * same;
      }
      for (VertexId& vertex : at) vertex = cluster.links[cluster.up[vertex]].to;
    }
  }
  return below;
}

void add_between_nodes(const Cluster& cluster, LinkLoads& loads) {
  const auto all = static_cast<double>(cluster.chips.size());
  const std::vector<Below> below = count_below(cluster);
  for (std::size_t vertex = 0; vertex < below.size(); ++vertex) {
    if (cluster.up[vertex] == kNone || below[vertex].chips == 0) continue;
    const Below& here = below[vertex];
    const double pairs = here.chips * (all - here.chips) - here.node_chips + here.together;
    loads[cluster.up[vertex]] += pairs / all;
    loads[cluster.down[vertex]] += pairs / all;
  }
}

/// Every chip of a group sends to every chip of the other over the trunk between the two.
void add_between_groups(const Cluster& cluster, LinkLoads& loads) {
  const GlobalLinks& global = cluster.global;
  if (global.groups == 0) return;
  std::vector<double> chips(global.groups, 0.0);
  for (std::uint32_t node = 0; node < cluster.nodes; ++node) {
    chips[cluster.pod_of_node[node]] += cluster.node_places[node].chips;
  }
  for (std::uint32_t from = 0; from < global.groups; ++from) {
    for (std::uint32_t to = 0; to < global.groups; ++to) {
      if (to == from) continue;
      loads[global.between(from, to)] += chips[from] * chips[to] / static_cast<double>(cluster.chips.size());
    }
  }
}

/// The first chip of each plane in a node, by plane: it hands on what the other chips have for that plane.
std::vector<ChipId> relays_of(const Cluster& cluster, const NodePlace& node) {
  std::vector<ChipId> relays;
  VertexId last = kNone;
  for (ChipId chip = node.first_chip; chip < node.first_chip + node.chips; ++chip) {
    if (cluster.chips[chip].nic != last) relays.push_back(chip);
    last = cluster.chips[chip].nic;
  }
  return relays;
}

/// Planes are alike: all nodes are full and have the same NICs, so that each plane holds the same share of the chips.
/// Upwards goes what all chips of the nodes below have for the chips of the plane that are elsewhere.
void add_between_planes(const Cluster& cluster, LinkLoads& loads) {
  const auto all = static_cast<double>(cluster.chips.size());
  const double on_plane = all / cluster.planes;
  const std::vector<Below> below = count_below(cluster);
  for (std::size_t vertex = 0; vertex < below.size(); ++vertex) {
    const Below& here = below[vertex];
    if (cluster.up[vertex] == kNone || here.chips == 0) continue;
    loads[cluster.down[vertex]] += here.chips * (all - here.whole_nodes) / all;
    if (vertex < cluster.chips.size()) continue;  // a chip sends what it has itself, and what it hands on
    loads[cluster.up[vertex]] += here.whole_nodes * (on_plane - here.chips) / all;
  }
  for (const NodePlace& node : cluster.node_places) {
    const double elsewhere = (on_plane - static_cast<double>(node.chips) / cluster.planes) / all;
    const std::vector<ChipId> relays = relays_of(cluster, node);
    for (ChipId chip = node.first_chip; chip < node.first_chip + node.chips; ++chip) {
      for (const ChipId relay : relays) {
        const bool is_own = cluster.chips[relay].nic == cluster.chips[chip].nic;
        loads[cluster.up[is_own ? chip : relay]] += elsewhere;
        if (!is_own) add_route(cluster, chip, relay, elsewhere, loads);
      }
    }
  }
}

/// Loads of the links of one domain when every ordered pair of its chips sends one byte. In a torus every chip's links
/// carry the same, so the routes from one chip tell the load of a direction: its hops summed over all targets.
LinkLoads domain_loads(const DomainRoutes& routes, std::uint32_t links) {
  LinkLoads loads(links, 0.0);
  for (const DomainHop& hop : routes.hops) loads[hop.link] += hop.share;
  if (routes.dimensions.empty()) return loads;
  const std::size_t count = routes.dimensions.size();
  std::vector<std::uint32_t> direction(links);
  for (std::size_t at = 0; at < routes.edge.size(); ++at) {
    if (routes.edge[at] == kNone) continue;
    const auto d = static_cast<std::uint32_t>(at % count);
    direction[2 * routes.edge[at]] = 2 * d;
    // Both ways of a dimension of two are one direction each of the same edge, taken by one chip each.
    direction[2 * routes.edge[at] + 1] = routes.dimensions[d] == 2 ? 2 * d : 2 * d + 1;
  }
  std::vector<double> by_direction(2 * count, 0.0);
  for (std::uint32_t to = 1; to < routes.chips; ++to) {
    for_each_torus_hop(routes, 0, to,
                       [&](std::uint32_t link, double share) { by_direction[direction[link]] += share; });
  }
  for (std::uint32_t link = 0; link < links; ++link) loads[link] = by_direction[direction[link]];
  return loads;
}

void add_inside_nodes(const Cluster& cluster, LinkLoads& loads) {
  const auto all = static_cast<double>(cluster.chips.size());
  std::vector<LinkLoads> shapes(cluster.routes.size());
  for (const NodePlace& node : cluster.node_places) {
    if (node.routes == kNone) {
      for (LinkId link = 0; link < node.links; ++link) loads[node.first_link + link] += (node.chips - 1) / all;
      continue;
    }
    LinkLoads& shape = shapes[node.routes];
    if (shape.empty()) shape = domain_loads(cluster.routes[node.routes], node.links);
    for (LinkId link = 0; link < node.links; ++link) loads[node.first_link + link] += shape[link] / all;
  }
}

}  // namespace

LinkLoads ring_loads(const Cluster& cluster) {
  LinkLoads loads(cluster.links.size(), 0.0);
  const auto chips = static_cast<ChipId>(cluster.chips.size());
  const double bytes = 2.0 * (chips - 1.0) / chips;
  for (ChipId chip = 0; chip < chips; ++chip) add_route(cluster, chip, (chip + 1) % chips, bytes, loads);
  return loads;
}

LinkLoads tree_loads(const Cluster& cluster) {
  LinkLoads loads(cluster.links.size(), 0.0);
  for (const NodePlace& node : cluster.node_places) {
    for (ChipId chip = node.first_chip; chip + 1 < node.first_chip + node.chips; ++chip) {
      add_route(cluster, chip, chip + 1, 1.0, loads);
      add_route(cluster, chip + 1, chip, 1.0, loads);
    }
  }
  for (const std::uint32_t shift : {0U, 1U}) HalvingTree{cluster, shift, loads}.run();
  return loads;
}

LinkLoads all_to_all_loads(const Cluster& cluster) {
  LinkLoads loads(cluster.links.size(), 0.0);
  if (cluster.nodes > 1 && cluster.planes > 1) add_between_planes(cluster, loads);
  if (cluster.nodes > 1 && cluster.planes == 1) add_between_nodes(cluster, loads);
  add_between_groups(cluster, loads);
  add_inside_nodes(cluster, loads);
  return loads;
}

PatternCost busiest(const Cluster& cluster, const LinkLoads& loads) {
  PatternCost cost;
  for (std::size_t link = 0; link < loads.size(); ++link) {
    if (loads[link] <= 0) continue;
    const Seconds time = Bytes(loads[link] * 1e9) / cluster.links[link].capacity;
    if (time <= cost.seconds_per_gigabyte) continue;
    cost = {loads[link], time, cluster.links[link].tier};
  }
  return cost;
}

}  // namespace sim::topology
