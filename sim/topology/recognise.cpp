#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "sim/base/error.hpp"
#include "sim/base/quantity.hpp"
#include "sim/topology/drawing.hpp"

namespace sim::topology {
namespace {

constexpr double kTolerance = 1e-6;

bool is_close(double a, double b) {
  return std::abs(a - b) <= kTolerance * std::max(std::abs(a), std::abs(b)) + 1e-15;
}

void check_alike(const Drawing& drawing, const std::vector<DrawnNode>& nodes) {
  const DrawnNode& first = nodes.front();
  for (const DrawnNode& node : nodes) {
    const auto counts = [](const DrawnNode& of) {
      return std::to_string(of.chips.size()) + " chips, " + std::to_string(of.nics.size()) + " NICs and " +
             std::to_string(of.hubs.size()) + " scale-up switches or hosts";
    };
    if (counts(node) == counts(first)) continue;
    no_such_shape(drawing.place(node.chips.front()),
                  "the node of " + drawing.name(node.chips.front()) + " has " + counts(node) + ", that of " +
                      drawing.name(first.chips.front()) + " has " + counts(first),
                  "the nodes of a graph are alike; several kinds are several entries of a fleet");
  }
  if (first.hubs.size() <= 1) return;
  no_such_shape(drawing.place(first.hubs[1]),
                drawing.name(first.hubs[0]) + " and " + drawing.name(first.hubs[1]) +
                    " are in one node, but do not join the same chips",
                "a node has one host or one switch, or several switches that are alike");
}

/// Which vertex of a built machine each vertex of the drawing is; kNone for what was merged.
class Match {
 public:
  Match(const Drawing& drawing, const Cluster& cluster) : drawing_(drawing), cluster_(cluster) {
    of_.assign(drawing.at.size(), kNone);
    taken_.assign(cluster.vertices.size(), false);
  }

  void match(const std::vector<DrawnNode>& nodes) {
    std::size_t chips = 0, hubs = 0;
    for (const DrawnNode& node : nodes) {
      chips += node.chips.size();
      hubs += node.hubs.size();
    }
    VertexId chip = 0, hub = static_cast<VertexId>(chips), nic = static_cast<VertexId>(chips + hubs);
    for (const DrawnNode& node : nodes) {
      for (const std::uint32_t vertex : node.chips) put(vertex, chip++);
      for (const std::uint32_t vertex : node.hubs) put(vertex, hub++);
      for (const std::uint32_t vertex : node.nics) put(vertex, nic++);
    }
    for (const DrawnNode& node : nodes) {
      for (const std::uint32_t vertex : node.nics) climb(vertex);
    }
  }

  [[nodiscard]] VertexId of(std::uint32_t vertex) const { return of_[vertex]; }

 private:
  void put(std::uint32_t vertex, VertexId built) {
    if (of_[vertex] == built) return;
    if (of_[vertex] != kNone || built >= taken_.size() || taken_[built]) {
      no_such_shape(drawing_.place(vertex),
                    drawing_.name(vertex) + " is not where it would be in a machine of equal nodes and pods",
                    "NICs i of all nodes of a pod share a leaf, and leaves their spines");
    }
    of_[vertex] = built;
    taken_[built] = true;
  }

  void climb(std::uint32_t vertex) {
    for (VertexId built = of_[vertex]; built < cluster_.up.size() && cluster_.up[built] != kNone;) {
      const int level = drawing_.level[vertex];
      const auto up = neighbours(drawing_, vertex, [&](std::uint32_t v) { return drawing_.level[v] == level + 1; });
      if (up.size() > 1) {
        no_such_shape(drawing_.place(vertex),
                      drawing_.name(vertex) + " is under " + drawing_.name(up[0]) + " and " + drawing_.name(up[1]) +
                          ", which do not join the same below them",
                      "all leaves of a pod are on the same spines, all spines on the same cores");
      }
      if (up.empty()) return;  // the comparison tells what is missing
      built = cluster_.links[cluster_.up[built]].to;
      put(up.front(), built);
      vertex = up.front();
    }
  }

  const Drawing& drawing_;
  const Cluster& cluster_;
  std::vector<VertexId> of_;
  std::vector<bool> taken_;
};

struct Joint {
  double capacity = 0;
  double latency = 0;  ///< sum of both directions
};

using Joints = std::map<std::pair<VertexId, VertexId>, Joint>;

Joints joints_of(const Cluster& cluster) {
  Joints joints;
  for (const Link& link : cluster.links) {
    Joint& joint = joints[std::minmax(link.from, link.to)];
    if (link.from < link.to) joint.capacity += link.capacity.value();
    joint.latency += link.latency.value();
  }
  return joints;
}

void compare(const Drawing& drawing, const Match& match, const Cluster& cluster) {
  Joints joints = joints_of(cluster);
  for (const Cable& cable : drawing.cables) {
    const std::string name = drawing.name(cable.a) + " -- " + drawing.name(cable.b);
    const auto found = joints.find(std::minmax(match.of(cable.a), match.of(cable.b)));
    if (match.of(cable.a) == kNone || match.of(cable.b) == kNone || found == joints.end()) {
      no_such_shape(cable.place, name + " is not there in a machine of equal nodes and pods",
                    "the first node, leaf and trunk stand for all");
    }
    const Joint& built = found->second;
    if (!is_close(built.capacity, cable.capacity)) {
      no_such_shape(cable.place,
                    name + " carries " + format_quantity(cable.capacity, "data rate") + ", others of its kind " +
                        format_quantity(built.capacity, "data rate"),
                    "links of one kind are alike in every machine that the simulator builds; what is slower than "
                    "others belongs into the scenario (degrade)");
    }
    if (!is_close(built.latency, 2 * cable.latency)) {
      no_such_shape(cable.place,
                    name + " has a latency of " + format_quantity(cable.latency, "time") + ", in a machine like this " +
                        format_quantity(built.latency / 2, "time"),
                    "links of one kind are alike; between a chip and its NIC there is none, it belongs to the NIC's");
    }
    joints.erase(found);
  }
  if (joints.empty()) return;
  std::map<VertexId, std::uint32_t> drawn;
  for (std::uint32_t vertex = 0; vertex < drawing.at.size(); ++vertex) drawn.try_emplace(match.of(vertex), vertex);
  const auto name = [&](VertexId built) {
    const auto found = drawn.find(built);
    return built == kNone || found == drawn.end() ? std::string("a switch") : drawing.name(found->second);
  };
  const auto [from, to] = joints.begin()->first;
  no_such_shape(drawing.graph->place, "the graph lacks a link between " + name(from) + " and " + name(to) +
                                          ", which a machine of equal nodes and pods has");
}

Cluster rebuild(const FabricGraph& graph, const RecognisedGraph& found) {
  constexpr int kEnough = 1 << 30;  // links of a mesh's chip, which its part limits
  ClusterEntry entry;
  entry.node = found.node;
  entry.fabric = found.fabric;
  entry.chips = found.chips;
  entry.links_per_chip = found.node.scale_up == ScaleUpKind::mesh ? kEnough : found.node.links_per_chip;
  entry.link_rate = found.link_rate;
  entry.host_rate = found.node.host_rate.value;
  try {
    return build({entry});
  } catch (const InputError& error) {
    std::vector<Diagnostic> diagnostics = error.diagnostics();
    for (Diagnostic& diagnostic : diagnostics) {
      diagnostic.mark.line = graph.place.line;
      diagnostic.mark.column = graph.place.column;
    }
    throw InputError(std::move(diagnostics));
  }
}

void set_sources(const FabricGraph& graph, RecognisedGraph& found) {
  found.fabric.source = graph.source;
  found.fabric.network = graph.network;
  found.fabric.routing = graph.routing;
  found.fabric.in_network_reduction = graph.in_network_reduction;
  for (Sourced<BytesPerSecond>* rate : {&found.node.nic_rate, &found.node.host_rate}) rate->source = graph.source;
  for (Sourced<Seconds>* time : {&found.node.scale_up_latency, &found.node.nic_latency, &found.fabric.switch_latency}) {
    time->source = graph.source;
  }
}

}  // namespace

RecognisedGraph recognise(const FabricGraph& graph) {
  const Drawing drawing = draw(graph);
  std::vector<DrawnNode> nodes = find_nodes(drawing);
  check_alike(drawing, nodes);
  RecognisedGraph found;
  found.node = spec_of(drawing, nodes.front(), found.link_rate);
  found.fabric = find_fabric(drawing, nodes, found.node);
  // The order of the NICs may have told that of the chips, and with it the edges of a mesh.
  BytesPerSecond ignored;
  found.node.mesh = spec_of(drawing, nodes.front(), ignored).mesh;
  found.chips = static_cast<int>(nodes.size() * nodes.front().chips.size());
  set_sources(graph, found);
  const Cluster cluster = rebuild(graph, found);
  Match match(drawing, cluster);
  match.match(nodes);
  compare(drawing, match, cluster);
  return found;
}

}  // namespace sim::topology
