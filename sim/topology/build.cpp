#include <string>
#include <utility>

#include "sim/base/error.hpp"
#include "sim/topology/cluster.hpp"
#include "sim/topology/domain.hpp"
#include "sim/topology/islands.hpp"

namespace sim::topology {
namespace {

/// One entry with the plans of its full nodes and of its last, partly filled one.
struct EntryPlan {
  std::uint32_t nodes = 0;
  NodePlan full;
  NodePlan last;

  [[nodiscard]] const NodePlan& of(std::uint32_t node) const { return node + 1 == nodes ? last : full; }
};

/// Sizes of the machine, known before a vertex is made.
struct Totals {
  std::size_t chips = 0, nodes = 0, hubs = 0, nics = 0, links = 0;
};

void check_entry(const ClusterEntry& entry) {
  if (entry.chips <= 0) throw infeasible("a fleet entry has " + std::to_string(entry.chips) + " chips");
  if (entry.node.chips <= 0 || entry.node.chips > 65535 || entry.node.nics < 0) {
    throw infeasible("node " + entry.node.id + " has an impossible number of chips or NICs");
  }
}

bool is_joined(const ClusterEntry& entry) {
  return entry.fabric.kind != FabricKind::none;
}

EntryPlan plan_entry(const ClusterEntry& entry, bool nics) {
  const auto chips = static_cast<std::uint32_t>(entry.chips);
  const auto per_node = static_cast<std::uint32_t>(entry.node.chips);
  EntryPlan plan;
  plan.nodes = (chips - 1) / per_node + 1;
  plan.last = plan_node(entry, chips - (plan.nodes - 1) * per_node, nics);
  plan.full = plan.last.chips == per_node ? plan.last : plan_node(entry, per_node, nics);
  return plan;
}

void require_nics(const std::vector<ClusterEntry>& entries, std::size_t nodes) {
  for (const ClusterEntry& entry : entries) {
    if (is_joined(entry) && nodes > 1 && (entry.node.nics == 0 || entry.node.nic_rate.value.value() <= 0)) {
      throw infeasible(
          "node " + entry.node.id + " has no NIC, but the fabric joins " + std::to_string(nodes) + " nodes",
          "set nics and nic_rate of the node, or fabric kind none");
    }
  }
}

Totals count(const std::vector<EntryPlan>& plans) {
  Totals totals;
  for (const EntryPlan& plan : plans) {
    totals.nodes += plan.nodes;
    for (const auto& [node, times] : {std::pair{&plan.full, plan.nodes - 1}, std::pair{&plan.last, 1U}}) {
      totals.chips += std::size_t{times} * node->chips;
      totals.hubs += node->has_hub ? times : 0;
      totals.nics += std::size_t{times} * node->nics;
      totals.links += std::size_t{times} * (node->links.size() + 2 * std::size_t{node->nics});
    }
  }
  if (totals.links > kNone / 2) throw infeasible("the machine has more links than the simulator can number");
  return totals;
}

/// Stamps the planned nodes into the cluster, in order.
class NodeStamp {
 public:
  NodeStamp(Cluster& cluster, const Totals& totals, Islands& islands)
      : cluster_(cluster),
        islands_(islands),
        hub_(static_cast<VertexId>(totals.chips)),
        nic_(static_cast<VertexId>(totals.chips + totals.hubs)) {}

  void stamp(const NodePlan& plan, const ClusterEntry& entry, std::uint16_t entry_index, std::uint32_t routes) {
    const auto base = static_cast<LinkId>(cluster_.links.size());
    for (const Link& link : plan.links) {
      cluster_.links.push_back(
          {global(plan, link.from), global(plan, link.to), link.capacity, link.latency, link.tier});
    }
    const auto node = static_cast<std::uint32_t>(cluster_.node_places.size());
    cluster_.node_places.push_back({chip_, plan.chips, base, plan.domain_links, routes});
    for (std::uint32_t position = 0; position < plan.chips; ++position) {
      place_chip(plan, entry, entry_index, node, position, base);
    }
    if (plan.has_hub) cluster_.vertices[hub_++] = plan.hub;
    islands_.begin_node(entry_index);
    for (std::uint32_t rail = 0; rail < plan.nics; ++rail) {
      cluster_.vertices[nic_] = VertexKind::nic;
      islands_.attach(cluster_, nic_++, rail, entry.node);
    }
    chip_ += plan.chips;
  }

 private:
  [[nodiscard]] VertexId global(const NodePlan& plan, VertexId local) const {
    if (local < plan.chips) return chip_ + local;
    if (local < plan.chips + plan.nics) return nic_ + (local - plan.chips);
    return hub_;
  }

  void place_chip(const NodePlan& plan, const ClusterEntry& entry, std::uint16_t entry_index, std::uint32_t node,
                  std::uint32_t position, LinkId base) {
    const ChipId chip = chip_ + position;
    ChipPlace& place = cluster_.chips[chip];
    place = {chip, node, static_cast<std::uint16_t>(position), entry_index, kNone};
    if (plan.switched) {
      cluster_.scale_up_out[chip] = base + 2 * position;
      cluster_.scale_up_in[chip] = base + 2 * position + 1;
    }
    if (plan.nics == 0) return;
    place.nic = nic_ + plan.nic_of(position, entry.node.chips);
    cluster_.up[chip] = base + plan.first_host_link + 2 * position;
    cluster_.down[chip] = cluster_.up[chip] + 1;
  }

  Cluster& cluster_;
  Islands& islands_;
  ChipId chip_ = 0;
  VertexId hub_;
  VertexId nic_;
};

void reserve(Cluster& cluster, const Totals& totals, std::size_t tree_vertices) {
  const std::size_t vertices = totals.chips + totals.hubs + totals.nics + tree_vertices;
  cluster.vertices.assign(vertices, VertexKind::chip);
  cluster.links.reserve(totals.links + 2 * tree_vertices);
  cluster.chips.resize(totals.chips);
  cluster.up.assign(vertices, kNone);
  cluster.down.assign(vertices, kNone);
  cluster.scale_up_out.assign(totals.chips, kNone);
  cluster.scale_up_in.assign(totals.chips, kNone);
  cluster.node_places.reserve(totals.nodes);
}

std::uint32_t keep_routes(Cluster& cluster, const NodePlan& plan) {
  if (plan.switched) return kNone;
  cluster.routes.push_back(plan.routes);
  return static_cast<std::uint32_t>(cluster.routes.size() - 1);
}

void stamp_nodes(Cluster& cluster, const std::vector<ClusterEntry>& entries, const std::vector<EntryPlan>& plans,
                 NodeStamp& stamp) {
  for (std::size_t index = 0; index < entries.size(); ++index) {
    const EntryPlan& plan = plans[index];
    const std::uint32_t last_routes = keep_routes(cluster, plan.last);
    const bool ragged = plan.last.chips != plan.full.chips;
    const std::uint32_t full_routes = ragged && plan.nodes > 1 ? keep_routes(cluster, plan.full) : last_routes;
    for (std::uint32_t node = 0; node < plan.nodes; ++node) {
      stamp.stamp(plan.of(node), entries[index], static_cast<std::uint16_t>(index),
                  node + 1 == plan.nodes ? last_routes : full_routes);
    }
  }
}

}  // namespace

Cluster build(const std::vector<ClusterEntry>& entries, const std::optional<JoinSpec>& join) {
  if (entries.empty() || entries.size() > 65535) throw infeasible("a machine needs one fleet entry or more");
  std::vector<EntryPlan> plans;
  std::vector<std::uint32_t> nodes;
  for (const ClusterEntry& entry : entries) {
    check_entry(entry);
    plans.push_back(plan_entry(entry, is_joined(entry)));
    nodes.push_back(plans.back().nodes);
  }
  const Totals totals = count(plans);
  require_nics(entries, totals.nodes);

  Cluster cluster;
  cluster.nodes = static_cast<std::uint32_t>(totals.nodes);
  Islands islands(entries, nodes, join, totals.chips + totals.hubs + totals.nics);
  reserve(cluster, totals, islands.vertices());
  NodeStamp stamp(cluster, totals, islands);
  stamp_nodes(cluster, entries, plans, stamp);
  islands.finish(cluster);
  return cluster;
}

Cluster build(std::vector<ClusterEntry> entries, const FabricSpec& fabric) {
  for (ClusterEntry& entry : entries) entry.fabric = fabric;
  return build(entries);
}

}  // namespace sim::topology
