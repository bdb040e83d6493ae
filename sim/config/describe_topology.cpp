#include "sim/config/describe_topology.hpp"

#include <algorithm>
#include <string>

namespace sim::config {
namespace {

using topology::FabricSpec;
using topology::MeshEdge;
using topology::NodeSpec;
using topology::ScaleUpKind;
using topology::TopologySpec;

constexpr double kLargestNode = 65535;  // a chip's position has 16 bits
constexpr double kLargestCount = 1e6;

Spec described(const std::string& help) {
  Spec spec;
  spec.help = help;
  return spec;
}

Spec between(double least, double most, const std::string& help) {
  Spec spec = described(help);
  spec.least = least;
  spec.most = most;
  return spec;
}

Spec positive(const std::string& help) {
  Spec spec = described(help);
  spec.least = 0;
  spec.above_least = true;
  return spec;
}

void describe_mesh(Fields& fields, NodeSpec& node) {
  const auto describe_edge = [&node](std::size_t index, Fields& item) {
    if (index >= node.mesh.size()) node.mesh.resize(index + 1);
    MeshEdge& edge = node.mesh[index];
    item.whole("from", edge.from, between(0, kLargestNode, "position of one chip, from 0"));
    item.whole("to", edge.to, between(0, kLargestNode, "position of the other chip"));
    item.whole("links", edge.links, between(1, kLargestNode, "links between the two"));
  };
  fields.list("mesh", node.mesh.size(), describe_edge, described("edges of scale_up mesh, each written once"));
}

void describe_dimensions(Fields& fields, NodeSpec& node) {
  std::vector<std::int64_t> sizes(node.dimensions.begin(), node.dimensions.end());
  fields.counts("dimensions", sizes,
                between(1, kLargestNode, "chips along each dimension of scale_up torus, their product is chips"));
  node.dimensions.clear();
  for (const std::int64_t size : sizes) node.dimensions.push_back(static_cast<int>(size));
}

void complain_about_torus(Fields& fields, const NodeSpec& node) {
  double product = node.dimensions.empty() ? 0 : 1;
  for (const int size : node.dimensions) product *= size;
  if (product != node.chips) {
    fields.complain("dimensions", "the dimensions do not multiply to " + std::to_string(node.chips) + " chips", "",
                    false);
  }
}

void complain_about_mesh(Fields& fields, const NodeSpec& node) {
  if (node.mesh.empty()) fields.complain("mesh", "a mesh needs edges", "list {from, to, links} of each pair", false);
  for (const MeshEdge& edge : node.mesh) {
    if (edge.from != edge.to && std::max(edge.from, edge.to) < node.chips) continue;
    fields.complain("mesh",
                    "edge " + std::to_string(edge.from) + "-" + std::to_string(edge.to) +
                        " does not join two chips of " + std::to_string(node.chips),
                    "positions count from 0", false);
  }
}

// By the name of the network's file.
bool is_infiniband(const std::string& network) {
  const std::size_t slash = network.rfind('/');
  return network.compare(slash == std::string::npos ? 0 : slash + 1, 10, "infiniband") == 0;
}

void complain_about_node(Fields& fields, const NodeSpec& node) {
  if (node.scale_up == ScaleUpKind::torus) complain_about_torus(fields, node);
  if (node.scale_up == ScaleUpKind::mesh) complain_about_mesh(fields, node);
  if (node.nics > node.chips) {
    fields.complain("nics", "more NICs than chips", "write one NIC per chip with the summed rate", false);
  }
}

}  // namespace

void describe(Fields& fields, NodeSpec& node) {
  fields.text("title", node.title, described("name for people"));
  fields.text("usual_chip", node.usual_chip, {.help = "part whose links join the node where nothing else is said"});
  fields.text("source", node.source, described("where the counts and edges come from"));
  fields.whole("chips", node.chips,
               between(1, kLargestNode, "chips of one scale-up domain: a server, a rack, a slice"));
  fields.whole("chips_per_host", node.chips_per_host,
               between(1, kLargestNode, "chips that fail together with one host"));
  fields.choice("scale_up", node.scale_up, {"none", "switched", "mesh", "torus"},
                described("how the chips of a node are joined; none: over PCIe only"));
  fields.whole("links_per_chip", node.links_per_chip,
               between(0, kLargestNode, "scale-up links that a chip uses here; 0: all that the chip has"));
  describe_mesh(fields, node);
  describe_dimensions(fields, node);
  fields.sourced("scale_up_latency", node.scale_up_latency,
                 between(0, 1, "from a chip to its neighbour, through the switch if there is one"));
  fields.whole("nics", node.nics, between(0, kLargestNode, "scale-out network ports of a node; NIC i is on rail i"));
  fields.sourced("nic_rate", node.nic_rate, between(0, 1e15, "one NIC, one direction"));
  fields.sourced("host_rate", node.host_rate,
                 between(0, 1e15, "chip to NIC or host, one direction; 0: as the chip's host link"));
  fields.sourced("nic_latency", node.nic_latency, between(0, 1, "one NIC with its driver, one way"));
  complain_about_node(fields, node);
}

void describe(Fields& fields, FabricSpec& fabric) {
  fields.choice(
      "kind", fabric.kind, {"none", "rail_fat_tree", "fat_tree", "rail_planes", "dragonfly"},
      described("rail_fat_tree: NIC i of all nodes of a pod on leaf i; fat_tree: all NICs of a pod on one leaf; "
                "rail_planes: as rail_fat_tree, but leaves i of all pods have a tree of their own; "
                "dragonfly: pods are groups, every two of which are joined by a trunk"));
  fields.text("source", fabric.source, described("where the counts and ratios come from"));
  fields.text("network", fabric.network, described("collective constants, a file of catalog/networks"));
  fields.whole("nodes_per_pod", fabric.nodes_per_pod,
               between(1, kLargestCount, "nodes that share their leaf switches; of a dragonfly: nodes of one group"));
  fields.whole("pods_per_core", fabric.pods_per_core,
               between(0, kLargestCount,
                       "pods under one spine layer, joined by a core; 0: all pods under one spine. Of a "
                       "dragonfly: groups of the whole machine, 0: those that the fleet fills"));
  fields.number(
      "oversubscription", fabric.oversubscription,
      positive("downlink over uplink capacity of a leaf; of a dragonfly: of a group towards its global links"));
  fields.number(
      "core_oversubscription", fabric.core_oversubscription,
      positive("downlink over uplink capacity of a spine layer, where there is a core; of a dragonfly: rate of a "
               "group's NICs over that of its global links"));
  fields.choice("routing", fabric.routing, {"fluid", "hashed"},
                {.help = "how flows spread over the cables of an uplink: evenly, or each by a hash of its ends"});
  fields.flag("in_network_reduction", fabric.in_network_reduction,
              described("the switches sum all-reduces (SHARP); InfiniBand only"));
  fields.sourced("switch_latency", fabric.switch_latency, between(0, 1, "one switch and its cable"));
  if (fabric.in_network_reduction && !is_infiniband(fabric.network)) {
    fields.complain("in_network_reduction", "only InfiniBand switches reduce, but the network is " + fabric.network,
                    "name a network infiniband-...", false);
  }
  if (fabric.in_network_reduction && fabric.kind == topology::FabricKind::dragonfly) {
    fields.complain("in_network_reduction", "the switches of a dragonfly have no tree to reduce on", "leave it out",
                    false);
  }
  if (fabric.kind != topology::FabricKind::none && fabric.network.empty()) {
    fields.complain("network", "a fabric needs the kind of its network", "for example infiniband-ndr or roce", false);
  }
}

void describe(Fields& fields, topology::JoinSpec& join) {
  fields.text("network", join.network,
              described("collective constants of groups over islands, a file of catalog/networks; empty: no join"));
  fields.sourced("island_rate", join.island_rate,
                 between(0, 1e18, "all uplinks of one island into the join together, one direction"));
  fields.sourced("latency", join.latency, between(0, 1, "one uplink of an island, one way"));
  fields.choice("routing", join.routing, {"fluid", "hashed"},
                described("how flows spread over the cables of an uplink: evenly, or each by a hash of its ends"));
  fields.text("source", join.source, described("where the figures come from"));
  const bool has_rate = join.island_rate.value > BytesPerSecond(0);
  if (has_rate && join.network.empty()) {
    fields.complain("network", "a join needs the kind of its network", "for example roce or infiniband-ndr", false);
  }
  if (!has_rate && !join.network.empty()) {
    fields.complain("island_rate", "a join needs the rate of an island's uplinks", "for example 3.2 Tb/s", false);
  }
}

void describe(Fields& fields, TopologySpec& topology) {
  fields.text("title", topology.title, described("name for people"));
  fields.object("node", [&topology](Fields& inner) { describe(inner, topology.node); },
                {.help = "a name in topologies/nodes, or a node written here; `like: NAME` starts from a named one",
                 .or_file = true});
  fields.object(
      "fabric", [&topology](Fields& inner) { describe(inner, topology.fabric); },
      described("the scale-out network that joins the nodes"));
  fields.whole("default_chips", topology.default_chips,
               between(0, 1e8, "chips that `simulate topology` shows when none are given"));
}

}  // namespace sim::config
