#include "sim/topology/domain.hpp"

#include <set>
#include <string>
#include <utility>

#include "sim/base/error.hpp"
#include "sim/topology/shortest_paths.hpp"

namespace sim::topology {
namespace {

/// Route tables of meshes and host-only nodes grow with the square of the chips.
constexpr int kLargestTable = 256;

std::string name_of(const NodeSpec& node) {
  return "node " + (node.id.empty() ? std::string("(inline)") : node.id);
}

void add_both_ways(std::vector<Link>& links, VertexId from, VertexId to, BytesPerSecond rate, Seconds latency,
                   LinkTier tier) {
  links.push_back({from, to, rate, latency, tier});
  links.push_back({to, from, rate, latency, tier});
}

void require_links(const ClusterEntry& entry) {
  if (entry.links_per_chip > 0 && entry.link_rate.value() > 0) return;
  throw infeasible(name_of(entry.node) + " joins its chips by scale-up links, but the chip has none",
                   "choose a node with scale_up: none (PCIe), or set links_per_chip and a chip with a scale-up port");
}

void require_table_size(const NodeSpec& node) {
  if (node.chips <= kLargestTable) return;
  throw infeasible(name_of(node) + " has " + std::to_string(node.chips) +
                       " chips; a mesh or host-only node has at most " + std::to_string(kLargestTable),
                   "use scale_up: switched or torus");
}

void plan_switched(const ClusterEntry& entry, NodePlan& plan) {
  require_links(entry);
  plan.switched = plan.has_hub = true;
  plan.hub = VertexKind::scale_up_switch;
  const BytesPerSecond port = entry.link_rate * entry.links_per_chip;
  const Seconds latency = entry.node.scale_up_latency.value / 2.0;
  const std::uint32_t hub = plan.chips + plan.nics;
  for (std::uint32_t chip = 0; chip < plan.chips; ++chip) {
    add_both_ways(plan.links, chip, hub, port, latency, LinkTier::scale_up);
  }
}

void check_edge(const NodeSpec& node, const MeshEdge& edge) {
  const bool inside = edge.from >= 0 && edge.to >= 0 && edge.from < node.chips && edge.to < node.chips;
  if (inside && edge.from != edge.to && edge.links > 0) return;
  throw infeasible(name_of(node) + " has the impossible mesh edge " + std::to_string(edge.from) + "-" +
                       std::to_string(edge.to) + " of " + std::to_string(edge.links) + " links",
                   "an edge joins two different positions below " + std::to_string(node.chips) + " by 1 link or more");
}

void check_mesh(const ClusterEntry& entry) {
  std::vector<int> used(static_cast<std::size_t>(entry.node.chips), 0);
  std::set<std::pair<int, int>> seen;
  for (const MeshEdge& edge : entry.node.mesh) {
    check_edge(entry.node, edge);
    if (!seen.insert(std::minmax(edge.from, edge.to)).second) {
      throw infeasible(name_of(entry.node) + " lists the mesh edge " + std::to_string(edge.from) + "-" +
                           std::to_string(edge.to) + " twice",
                       "write it once with the sum of the links");
    }
    for (const int end : {edge.from, edge.to}) {
      int& count = used[static_cast<std::size_t>(end)];
      count += edge.links;
      if (count > entry.links_per_chip) {
        throw infeasible(name_of(entry.node) + " uses more than the " + std::to_string(entry.links_per_chip) +
                         " scale-up links of the chip at position " + std::to_string(end));
      }
    }
  }
}

void plan_mesh(const ClusterEntry& entry, NodePlan& plan) {
  require_links(entry);
  require_table_size(entry.node);
  check_mesh(entry);
  for (const MeshEdge& edge : entry.node.mesh) {
    const auto from = static_cast<std::uint32_t>(edge.from);
    const auto to = static_cast<std::uint32_t>(edge.to);
    if (from >= plan.chips || to >= plan.chips) continue;
    add_both_ways(plan.links, from, to, entry.link_rate * edge.links, entry.node.scale_up_latency.value,
                  LinkTier::scale_up);
  }
  if (!fill_shortest_paths(plan.links, plan.chips, plan.chips, plan.routes)) {
    throw infeasible("the mesh of " + name_of(entry.node) + " does not join its first " + std::to_string(plan.chips) +
                     " chips");
  }
}

/// Every chip owns the edge to the next one of each dimension. In a dimension of two the way round is the same
/// neighbour, so only the chip at coordinate 0 owns an edge there.
void add_torus_edges(const ClusterEntry& entry, NodePlan& plan) {
  const std::vector<int>& dimensions = entry.node.dimensions;
  const double links = static_cast<double>(entry.links_per_chip) / (2.0 * static_cast<double>(dimensions.size()));
  std::uint32_t edges = 0;
  for (std::uint32_t chip = 0; chip < plan.chips; ++chip) {
    std::uint32_t stride = 1;
    for (const int length : dimensions) {
      const auto size = static_cast<std::uint32_t>(length);
      const std::uint32_t coordinate = chip / stride % size;
      const bool owns = size > 2 || (size == 2 && coordinate == 0);
      plan.routes.edge.push_back(owns ? edges++ : kNone);
      if (owns) {
        const std::uint32_t next = coordinate + 1 == size ? chip - coordinate * stride : chip + stride;
        add_both_ways(plan.links, chip, next, entry.link_rate * links, entry.node.scale_up_latency.value,
                      LinkTier::scale_up);
      }
      stride *= size;
    }
  }
}

void plan_torus(const ClusterEntry& entry, NodePlan& plan) {
  require_links(entry);
  std::int64_t product = 1;
  for (const int size : entry.node.dimensions) {
    if (size < 1 || size > entry.node.chips) throw infeasible(name_of(entry.node) + " has an impossible dimension");
    product *= size;
    if (product > entry.node.chips) break;
  }
  if (entry.node.dimensions.empty() || product != entry.node.chips) {
    throw infeasible("the dimensions of " + name_of(entry.node) + " do not multiply to its " +
                     std::to_string(entry.node.chips) + " chips");
  }
  if (static_cast<int>(plan.chips) != entry.node.chips) {
    throw infeasible("a torus cannot be partly filled: " + std::to_string(entry.chips) + " chips are no multiple of " +
                         std::to_string(entry.node.chips),
                     "ask for whole slices or change the dimensions");
  }
  plan.routes.chips = plan.chips;
  plan.routes.dimensions = entry.node.dimensions;
  add_torus_edges(entry, plan);
}

/// Chips reach each other over PCIe: directly at the host, or through the PCIe switch that they share with their NIC.
void plan_host_only(const ClusterEntry& entry, NodePlan& plan) {
  require_table_size(entry.node);
  plan.has_hub = plan.nics != 1;
  plan.hub = VertexKind::host;
  const std::uint32_t hub = plan.chips + plan.nics;
  const Seconds latency = entry.node.scale_up_latency.value / 2.0;
  for (std::uint32_t chip = 0; chip < plan.chips; ++chip) {
    const std::uint32_t parent = plan.nics == 0 ? hub : plan.chips + plan.nic_of(chip, entry.node.chips);
    add_both_ways(plan.links, chip, parent, entry.host_rate, latency, LinkTier::host);
  }
  for (std::uint32_t nic = 0; plan.nics > 1 && nic < plan.nics; ++nic) {
    add_both_ways(plan.links, plan.chips + nic, hub, entry.host_rate, latency, LinkTier::host);
  }
  check(fill_shortest_paths(plan.links, hub + 1, plan.chips, plan.routes), "a host joins all chips of its node");
}

void plan_domain(const ClusterEntry& entry, NodePlan& plan) {
  switch (entry.node.scale_up) {
    case ScaleUpKind::switched:
      plan_switched(entry, plan);
      break;
    case ScaleUpKind::mesh:
      plan_mesh(entry, plan);
      break;
    case ScaleUpKind::torus:
      plan_torus(entry, plan);
      break;
    case ScaleUpKind::none:
      plan_host_only(entry, plan);
      break;
  }
}

}  // namespace

NodePlan plan_node(const ClusterEntry& entry, std::uint32_t chips, bool nics) {
  if (entry.node.nics > entry.node.chips) {
    throw infeasible(name_of(entry.node) + " has more NICs than chips",
                     "write one NIC per chip with the summed rate of those that a chip drives");
  }
  NodePlan plan;
  plan.chips = chips;
  plan.nics = nics ? static_cast<std::uint32_t>(entry.node.nics) : 0;
  const bool uses_host = plan.nics > 0 || entry.node.scale_up == ScaleUpKind::none;
  if (uses_host && entry.host_rate.value() <= 0) {
    throw infeasible("the chips of " + name_of(entry.node) + " have no host link", "set host_rate of the node");
  }
  plan_domain(entry, plan);
  plan.domain_links = static_cast<std::uint32_t>(plan.links.size());
  if (plan.nics == 0 || entry.node.scale_up == ScaleUpKind::none) return plan;
  plan.first_host_link = plan.domain_links;
  for (std::uint32_t chip = 0; chip < chips; ++chip) {
    add_both_ways(plan.links, chip, chips + plan.nic_of(chip, entry.node.chips), entry.host_rate, Seconds(0),
                  LinkTier::host);
  }
  return plan;
}

void for_each_torus_hop(const DomainRoutes& routes, std::uint32_t from, std::uint32_t to,
                        const std::function<void(std::uint32_t, double)>& visit) {
  const std::size_t count = routes.dimensions.size();
  std::uint32_t at = from;
  std::uint32_t stride = 1;
  for (std::size_t d = 0; d < count; ++d) {
    const auto size = static_cast<std::uint32_t>(routes.dimensions[d]);
    const std::uint32_t start = at / stride % size;
    const std::uint32_t end = to / stride % size;
    const std::uint32_t row = at - start * stride;
    const std::uint32_t ahead = (end + size - start) % size;
    const std::uint32_t row_stride = stride;
    stride *= size;
    if (ahead == 0) continue;
    const auto walk = [&](std::uint32_t steps, bool forward, double share) {
      for (std::uint32_t step = 0, c = start; step < steps; ++step) {
        const std::uint32_t owner = forward ? c : (c + size - 1) % size;
        visit(2 * routes.edge[(row + owner * row_stride) * count + d] + (forward ? 0 : 1), share);
        c = forward ? (c + 1) % size : owner;
      }
    };
    const bool tie = size > 2 && 2 * ahead == size;
    const bool forward = size == 2 ? start == 0 : 2 * ahead <= size;
    walk(forward ? ahead : size - ahead, forward, tie ? 0.5 : 1.0);
    if (tie) walk(ahead, false, 0.5);
    at = row + end * row_stride;
  }
}

}  // namespace sim::topology
