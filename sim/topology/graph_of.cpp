#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "sim/base/error.hpp"
#include "sim/base/quantity.hpp"
#include "sim/topology/fabric_graph.hpp"

namespace sim::topology {
namespace {

using Kind = GraphVertex::Kind;

const std::vector<std::pair<const char*, Kind>>& kinds() {
  static const std::vector<std::pair<const char*, Kind>> all{
      {"chip", Kind::chip}, {"scale_up_switch", Kind::scale_up_switch},
      {"host", Kind::host}, {"nic", Kind::nic},
      {"leaf", Kind::leaf}, {"spine", Kind::spine},
      {"core", Kind::core}, {"switch", Kind::any_switch}};
  return all;
}

Kind kind_of(VertexKind kind) {
  switch (kind) {
    case VertexKind::chip:
      return Kind::chip;
    case VertexKind::scale_up_switch:
      return Kind::scale_up_switch;
    case VertexKind::host:
      return Kind::host;
    case VertexKind::nic:
      return Kind::nic;
    case VertexKind::leaf:
      return Kind::leaf;
    case VertexKind::spine:
      return Kind::spine;
    case VertexKind::core:
      return Kind::core;
  }
  return Kind::any_switch;
}

const char* tier_word(LinkTier tier) {
  constexpr std::array<const char*, 5> kWords{"scale_up", "host", "nic", "leaf_uplink", "trunk"};
  return kWords[static_cast<std::size_t>(tier)];
}

std::vector<GraphEdge> edges_of(const Cluster& cluster, BytesPerSecond link_rate) {
  std::map<std::pair<VertexId, VertexId>, std::size_t> index;
  std::vector<GraphEdge> edges;
  for (const Link& link : cluster.links) {
    const auto [place, is_new] = index.try_emplace(std::minmax(link.from, link.to), edges.size());
    if (!is_new) {
      GraphEdge& edge = edges[place->second];
      check(edge.capacity == link.capacity, "both directions of a link are alike");
      edge.latency = (edge.latency + link.latency) / 2.0;
      continue;
    }
    GraphEdge edge;
    edge.from = link.from;
    edge.to = link.to;
    edge.capacity = link.capacity;
    edge.latency = link.latency;
    edge.tier = tier_word(link.tier);
    if (link.tier == LinkTier::scale_up) edge.links = link.capacity / link_rate;
    edges.push_back(edge);
  }
  return edges;
}

std::size_t count_of(const Cluster& cluster, VertexKind kind) {
  return static_cast<std::size_t>(std::count(cluster.vertices.begin(), cluster.vertices.end(), kind));
}

// Of a fabric of which something is there: a single node needs no word about switches.
void set_fabric(const Cluster& cluster, const FabricSpec& fabric, FabricGraph& graph) {
  graph.network = fabric.network;
  graph.routing = fabric.routing;
  graph.in_network_reduction = fabric.in_network_reduction;
  if (!fabric.source.empty() && fabric.source != graph.source) {
    graph.source += (graph.source.empty() ? "" : "; ") + fabric.source;
  }
  const bool has_trunks = count_of(cluster, VertexKind::spine) > 1;
  if (fabric.kind == FabricKind::dragonfly && has_trunks) graph.groups = fabric.pods_per_core;
}

// The nodes of a graph are alike, and nothing in it says of how many chips a node could be.
void check_full(std::size_t chips, std::size_t of_node) {
  const std::size_t rest = chips % of_node;
  if (rest == 0) return;
  const std::size_t fewer = chips - rest;
  throw infeasible("the last node has " + std::to_string(rest) + " of " + std::to_string(of_node) +
                       " chips, and the nodes of a graph are alike",
                   "write the graph of " + (fewer > 0 ? std::to_string(fewer) + " or " : "") +
                       std::to_string(fewer + of_node) + " chips");
}

}  // namespace

std::string kind_name(Kind kind) {
  for (const auto& [name, known] : kinds()) {
    if (known == kind) return name;
  }
  return "";
}

Kind kind_of_name(const std::string& name) {
  if (name == "gpu") return Kind::chip;
  std::vector<std::string> words;
  for (const auto& [word, kind] : kinds()) {
    if (word == name) return kind;
    words.emplace_back(word);
  }
  const std::string nearest = nearest_name(name, words);
  std::string list;
  for (const std::string& word : words) list += (list.empty() ? "" : ", ") + word;
  throw InputError("there is no kind " + name, nearest.empty() ? "kinds are " + list : "did you mean " + nearest + "?");
}

FabricGraph graph_of(const Cluster& cluster, const ClusterEntry& entry) {
  check_full(cluster.chips.size(), static_cast<std::size_t>(entry.node.chips));
  FabricGraph graph;
  graph.chip = entry.node.usual_chip;
  graph.source = entry.node.source;
  graph.chips_per_host = entry.node.chips_per_host;
  if (entry.node.scale_up == ScaleUpKind::torus) graph.dimensions = entry.node.dimensions;
  if (count_of(cluster, VertexKind::leaf) > 0) set_fabric(cluster, entry.fabric, graph);
  std::map<Kind, int> count;
  for (const VertexKind vertex : cluster.vertices) {
    const Kind kind = kind_of(vertex);
    graph.vertices.push_back({kind_name(kind) + std::to_string(count[kind]++), kind, {}});
  }
  graph.edges = edges_of(cluster, entry.link_rate);
  return graph;
}

}  // namespace sim::topology
