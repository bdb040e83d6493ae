#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <utility>

#include "sim/base/error.hpp"
#include "sim/topology/drawing.hpp"

namespace sim::topology {
namespace {

using Kind = GraphVertex::Kind;

constexpr int kLargestNode = 65535;
constexpr double kMostSteps = 5e8;  // of the search for all routes of a mesh, which takes chips^2 x edges

bool is_inside(Kind kind) {
  return kind == Kind::chip || kind == Kind::scale_up_switch || kind == Kind::host || kind == Kind::nic;
}

std::uint32_t root_of(std::vector<std::uint32_t>& parent, std::uint32_t vertex) {
  while (parent[vertex] != vertex) vertex = parent[vertex] = parent[parent[vertex]];
  return vertex;
}

std::vector<std::uint32_t> domains_of(const Drawing& drawing) {
  std::vector<std::uint32_t> parent(drawing.at.size());
  std::iota(parent.begin(), parent.end(), 0U);
  for (const Cable& cable : drawing.cables) {
    if (!is_inside(drawing.kind(cable.a)) || !is_inside(drawing.kind(cable.b))) continue;
    const std::uint32_t a = root_of(parent, cable.a), b = root_of(parent, cable.b);
    parent[std::max(a, b)] = std::min(a, b);
  }
  for (std::uint32_t vertex = 0; vertex < parent.size(); ++vertex) parent[vertex] = root_of(parent, vertex);
  return parent;
}

void sort_nics(const Drawing& drawing, DrawnNode& node) {
  std::map<std::uint32_t, std::uint32_t> first_chip;
  for (const std::uint32_t nic : node.nics) {
    const auto chips = neighbours(drawing, nic, [&](std::uint32_t v) { return drawing.kind(v) == Kind::chip; });
    if (chips.empty()) no_such_shape(drawing.place(nic), drawing.name(nic) + " serves no chip");
    first_chip[nic] = chips.front();
  }
  std::stable_sort(node.nics.begin(), node.nics.end(),
                   [&](std::uint32_t a, std::uint32_t b) { return first_chip[a] < first_chip[b]; });
}

const Cable& first_cable(const Drawing& drawing, const DrawnNode& node, LinkTier tier) {
  for (const std::uint32_t chip : node.chips) {
    for (const std::uint32_t cable : drawing.at[chip]) {
      if (drawing.cables[cable].tier == tier) return drawing.cables[cable];
    }
  }
  no_such_shape(drawing.place(node.chips.front()), drawing.name(node.chips.front()) +
                                                       " and the chips of its node have no " +
                                                       (tier == LinkTier::host ? "host link" : "scale-up link"));
}

int whole_links(const Drawing& drawing, const Cable& cable) {
  const double links = std::round(cable.links);
  if (links >= 1 && links <= kLargestNode && std::abs(links - cable.links) < 1e-6) return static_cast<int>(links);
  no_such_shape(cable.place,
                drawing.name(cable.a) + " -- " + drawing.name(cable.b) + " is not a whole number of scale-up links");
}

std::vector<MeshEdge> mesh_of(const Drawing& drawing, const DrawnNode& node) {
  std::map<std::uint32_t, int> position;
  for (const std::uint32_t chip : node.chips) position.try_emplace(chip, static_cast<int>(position.size()));
  std::vector<MeshEdge> mesh;
  for (const std::uint32_t chip : node.chips) {
    for (const std::uint32_t index : drawing.at[chip]) {
      const Cable& cable = drawing.cables[index];
      const int from = position[chip];
      if (cable.tier != LinkTier::scale_up || position[cable.other(chip)] <= from) continue;
      mesh.push_back({from, position[cable.other(chip)], whole_links(drawing, cable)});
      const auto chips = static_cast<double>(node.chips.size());
      if (chips * chips * 2 * static_cast<double>(mesh.size()) > kMostSteps) {
        no_such_shape(cable.place,
                      "a mesh of " + std::to_string(node.chips.size()) +
                          " chips has more edges than the "
                          "simulator can find routes over",
                      "draw the switch that joins them, or say the dimensions of a torus");
      }
    }
  }
  std::sort(mesh.begin(), mesh.end(),
            [](const MeshEdge& a, const MeshEdge& b) { return std::pair(a.from, a.to) < std::pair(b.from, b.to); });
  return mesh;
}

void set_scale_up(const Drawing& drawing, const DrawnNode& node, NodeSpec& spec, BytesPerSecond& link_rate) {
  const Cable& cable = first_cable(drawing, node, LinkTier::scale_up);
  if (cable.links <= 0) no_such_shape(cable.place, "the scale-up link does not say how many links it is");
  link_rate = BytesPerSecond(cable.capacity / cable.links);
  spec.scale_up_latency.value = Seconds(cable.latency);
  const bool has_switch = drawing.kind(cable.a) != Kind::chip || drawing.kind(cable.b) != Kind::chip;
  if (has_switch) {
    spec.scale_up = ScaleUpKind::switched;
    spec.links_per_chip = whole_links(drawing, cable);
    spec.scale_up_latency.value = Seconds(2 * cable.latency);
  } else if (!drawing.graph->dimensions.empty()) {
    spec.scale_up = ScaleUpKind::torus;
    spec.dimensions = drawing.graph->dimensions;
    // build() divides the links of a chip by its directions, two a dimension.
    spec.links_per_chip =
        static_cast<int>(std::lround(std::min(cable.links, 1e6) * 2 * static_cast<double>(spec.dimensions.size())));
  } else {
    spec.scale_up = ScaleUpKind::mesh;
    spec.mesh = mesh_of(drawing, node);
  }
}

bool is_host_only(const Drawing& drawing, const DrawnNode& node) {
  for (const std::uint32_t chip : node.chips) {
    for (const std::uint32_t cable : drawing.at[chip]) {
      if (drawing.cables[cable].tier == LinkTier::scale_up) return false;
    }
  }
  return true;
}

}  // namespace

std::vector<DrawnNode> find_nodes(const Drawing& drawing) {
  const std::vector<std::uint32_t> domain = domains_of(drawing);
  std::map<std::uint32_t, std::size_t> index;
  std::vector<DrawnNode> nodes;
  for (const bool chips : {true, false}) {  // nodes are numbered by their chips
    for (std::uint32_t vertex = 0; vertex < domain.size(); ++vertex) {
      const Kind kind = drawing.kind(vertex);
      if (!is_inside(kind) || (kind == Kind::chip) != chips || drawing.merged_into[vertex] != vertex) continue;
      if (chips && index.try_emplace(domain[vertex], nodes.size()).second) nodes.emplace_back();
      const auto found = index.find(domain[vertex]);
      if (found == index.end()) no_such_shape(drawing.place(vertex), drawing.name(vertex) + " leads to no chip");
      DrawnNode& node = nodes[found->second];
      (kind == Kind::chip ? node.chips : kind == Kind::nic ? node.nics : node.hubs).push_back(vertex);
    }
  }
  if (nodes.empty()) refuse_graph(drawing.graph->place, "the graph has no vertex of kind chip");
  for (DrawnNode& node : nodes) sort_nics(drawing, node);
  return nodes;
}

NodeSpec spec_of(const Drawing& drawing, const DrawnNode& node, BytesPerSecond& link_rate) {
  NodeSpec spec;
  if (node.chips.size() > kLargestNode) {
    no_such_shape(drawing.place(node.chips.front()),
                  "more than 65,535 chips hang together by scale-up links, which is no node");
  }
  spec.chips = static_cast<int>(node.chips.size());
  spec.chips_per_host = drawing.graph->chips_per_host > 0 ? drawing.graph->chips_per_host : spec.chips;
  spec.nics = static_cast<int>(node.nics.size());
  spec.usual_chip = drawing.graph->chip;
  spec.source = drawing.graph->source;
  if (node.nics.size() > node.chips.size()) {
    no_such_shape(drawing.place(node.nics.back()),
                  "the node of " + drawing.name(node.nics.back()) + " has more NICs than chips",
                  "draw one NIC per chip with the summed rate");
  }
  const bool host_only = is_host_only(drawing, node);
  if (!host_only || spec.chips > 1) {
    if (host_only) {
      spec.scale_up = ScaleUpKind::none;
      spec.scale_up_latency.value = Seconds(2 * first_cable(drawing, node, LinkTier::host).latency);
    } else {
      set_scale_up(drawing, node, spec, link_rate);
    }
  } else {
    spec.scale_up = ScaleUpKind::none;
  }
  if (host_only || spec.nics > 0) {
    spec.host_rate.value = BytesPerSecond(first_cable(drawing, node, LinkTier::host).capacity);
  }
  return spec;
}

}  // namespace sim::topology
