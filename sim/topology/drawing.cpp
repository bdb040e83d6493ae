#include "sim/topology/drawing.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <utility>

#include "sim/base/error.hpp"
#include "sim/base/quantity.hpp"

namespace sim::topology {
namespace {

using Kind = GraphVertex::Kind;

constexpr double kRounding = 1e-9;

bool is_close(double a, double b) {
  return std::abs(a - b) <= kRounding * std::max(std::abs(a), std::abs(b));
}

bool is_switch(Kind kind) {
  return kind == Kind::leaf || kind == Kind::spine || kind == Kind::core || kind == Kind::any_switch;
}

std::string ends_of(const FabricGraph& graph, const GraphEdge& edge) {
  return graph.vertices[edge.from].name + (edge.both_ways ? " -- " : " -> ") + graph.vertices[edge.to].name;
}

std::string tier_name(LinkTier tier) {
  switch (tier) {
    case LinkTier::scale_up:
      return "scale_up";
    case LinkTier::host:
      return "host";
    case LinkTier::nic:
      return "nic";
    case LinkTier::leaf_uplink:
      return "leaf_uplink";
    case LinkTier::trunk:
      return "trunk";
  }
  return "";
}

// What an edge is for follows from its ends; which tier of switches they are is told later.
LinkTier tier_of(const FabricGraph& graph, const GraphEdge& edge) {
  const Kind from = graph.vertices[edge.from].kind, to = graph.vertices[edge.to].kind;
  const auto joins = [&](auto&& one, auto&& other) { return (one(from) && other(to)) || (one(to) && other(from)); };
  const auto is = [](Kind wanted) { return [wanted](Kind kind) { return kind == wanted; }; };
  const auto is_inner = [](Kind kind) { return kind == Kind::chip || kind == Kind::nic; };
  if (joins(is(Kind::chip), is(Kind::chip))) return LinkTier::scale_up;
  if (joins(is(Kind::chip), is(Kind::scale_up_switch))) return LinkTier::scale_up;
  if (joins(is(Kind::chip), is(Kind::nic)) || joins(is(Kind::host), is_inner)) return LinkTier::host;
  if (joins(is(Kind::nic), is_switch)) return LinkTier::nic;
  if (joins(is_switch, is_switch)) return LinkTier::trunk;
  std::string hint = "chips are joined by scale-up links or hosts, and reach switches through a NIC";
  if (joins(is(Kind::scale_up_switch), is(Kind::scale_up_switch))) hint = "a scale-up network has one tier of switches";
  no_such_shape(edge.place,
                ends_of(graph, edge) + " joins a " + kind_name(from) + " and a " + kind_name(to) +
                    ", which the simulator does not know",
                hint);
}

void check_edge(const FabricGraph& graph, const GraphEdge& edge) {
  check(edge.from < graph.vertices.size() && edge.to < graph.vertices.size(), "an edge of a graph has two ends");
  if (edge.from == edge.to) refuse_graph(edge.place, ends_of(graph, edge) + " joins a vertex to itself");
  if (!(edge.capacity.value() > 0) || !std::isfinite(edge.capacity.value())) {
    refuse_graph(edge.place, ends_of(graph, edge) + ": the capacity must be above 0");
  }
  if (!(edge.latency.value() >= 0) || !(edge.links >= 0) || !std::isfinite(edge.links)) {
    refuse_graph(edge.place, ends_of(graph, edge) + ": latency and links must be 0 or more");
  }
}

/// Both directions between two vertices.
struct Pair {
  Cable cable;
  double back = 0;  ///< B/s from b to a
  double back_latency = -1;
  double there_latency = -1;
};

void add_direction(const FabricGraph& graph, const GraphEdge& edge, bool is_back, Pair& pair) {
  (is_back ? pair.back : pair.cable.capacity) += edge.capacity.value();
  double& latency = is_back ? pair.back_latency : pair.there_latency;
  if (latency >= 0 && !is_close(latency, edge.latency.value())) {
    no_such_shape(edge.place, ends_of(graph, edge) + " has another latency than the edge beside it");
  }
  latency = edge.latency.value();
}

std::vector<Cable> sum_up(const FabricGraph& graph) {
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::size_t> index;
  std::vector<Pair> pairs;
  for (const GraphEdge& edge : graph.edges) {
    check_edge(graph, edge);
    const auto [place, is_new] = index.try_emplace(std::minmax(edge.from, edge.to), pairs.size());
    if (is_new) {
      pairs.push_back({});
      pairs.back().cable = {edge.from, edge.to, 0, 0, 0, tier_of(graph, edge), edge.place};
    }
    Pair& pair = pairs[place->second];
    const bool is_back = edge.from != pair.cable.a;
    if (!is_back || edge.both_ways) add_direction(graph, edge, false, pair);
    if (is_back || edge.both_ways) add_direction(graph, edge, true, pair);
    if (!is_back || edge.both_ways) pair.cable.links += edge.links;
  }
  std::vector<Cable> cables;
  for (Pair& pair : pairs) {
    if (!is_close(pair.cable.capacity, pair.back)) {
      no_such_shape(pair.cable.place,
                    graph.vertices[pair.cable.a].name + " -> " + graph.vertices[pair.cable.b].name + " carries " +
                        format_quantity(pair.cable.capacity, "data rate") + ", and back " +
                        format_quantity(pair.back, "data rate"),
                    "a link carries the same both ways; a directed graph has an edge for each direction");
    }
    pair.cable.latency = (pair.there_latency + pair.back_latency) / 2;
    cables.push_back(pair.cable);
  }
  return cables;
}

void index_cables(Drawing& drawing) {
  drawing.at.assign(drawing.graph->vertices.size(), {});
  for (std::uint32_t cable = 0; cable < drawing.cables.size(); ++cable) {
    drawing.at[drawing.cables[cable].a].push_back(cable);
    drawing.at[drawing.cables[cable].b].push_back(cable);
  }
}

double capacity_to(const Drawing& drawing, std::uint32_t vertex, std::optional<std::uint32_t> end,
                   const VertexTest& is_below) {
  double sum = 0;
  for (const std::uint32_t cable : drawing.at[vertex]) {
    const std::uint32_t other = drawing.cables[cable].other(vertex);
    if (end ? other == *end : !is_below(other)) sum += drawing.cables[cable].capacity;
  }
  return sum;
}

// Traffic spreads evenly over parallel switches, so what they carry must be even.
void check_even(const Drawing& drawing, std::uint32_t first, std::uint32_t other,
                const std::vector<std::uint32_t>& below, const VertexTest& is_below) {
  std::vector<std::optional<std::uint32_t>> ends(below.begin(), below.end());
  ends.emplace_back();  // what is above
  for (const std::optional<std::uint32_t>& end : ends) {
    const double a = capacity_to(drawing, first, end, is_below), b = capacity_to(drawing, other, end, is_below);
    if (is_close(a, b)) continue;
    no_such_shape(drawing.place(other),
                  drawing.name(first) + " and " + drawing.name(other) + " join the same below them, but carry " +
                      format_quantity(a, "data rate") + " and " + format_quantity(b, "data rate") +
                      (end ? " to " + drawing.name(*end) : " upwards"),
                  "parallel switches are even in every machine that the simulator builds");
  }
}

void sum_up_again(Drawing& drawing) {
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::size_t> index;
  std::vector<Cable> cables;
  for (Cable cable : drawing.cables) {
    cable.a = drawing.merged_into[cable.a];
    cable.b = drawing.merged_into[cable.b];
    const auto [place, is_new] = index.try_emplace(std::minmax(cable.a, cable.b), cables.size());
    if (is_new) {
      cables.push_back(cable);
      continue;
    }
    Cable& sum = cables[place->second];
    if (!is_close(sum.latency, cable.latency)) {
      no_such_shape(cable.place, "the cables of " + drawing.name(cable.a) + " -- " + drawing.name(cable.b) +
                                     " and those parallel to it differ in latency");
    }
    sum.capacity += cable.capacity;
    sum.links += cable.links;
  }
  drawing.cables = std::move(cables);
  index_cables(drawing);
}

/// Merges those of `candidates` that join the same vertices below.
void merge_alike(Drawing& drawing, const std::vector<std::uint32_t>& candidates, const VertexTest& is_below) {
  std::map<std::vector<std::uint32_t>, std::uint32_t> first_of;
  bool any = false;
  for (const std::uint32_t vertex : candidates) {
    const std::vector<std::uint32_t> below = neighbours(drawing, vertex, is_below);
    const auto [place, is_new] = first_of.try_emplace(below, vertex);
    if (is_new) continue;
    check_even(drawing, place->second, vertex, below, is_below);
    drawing.merged_into[vertex] = place->second;
    any = true;
  }
  if (any) sum_up_again(drawing);
}

constexpr int kTiers = 3;

/// The switches over those of `level`, which for 0 are the NICs; merged where they are alike.
std::vector<std::uint32_t> climb(Drawing& drawing, int level) {
  const auto is_below = [&](std::uint32_t vertex) {
    return level == 0 ? drawing.kind(vertex) == Kind::nic : drawing.level[vertex] == level;
  };
  std::vector<std::uint32_t> found;
  for (std::uint32_t vertex = 0; vertex < drawing.at.size(); ++vertex) {
    if (!is_switch(drawing.kind(vertex)) || drawing.level[vertex] != 0 || drawing.at[vertex].empty()) continue;
    if (!neighbours(drawing, vertex, is_below).empty()) found.push_back(vertex);
  }
  for (const std::uint32_t vertex : found) drawing.level[vertex] = level + 1;
  if (level == kTiers && !found.empty()) {
    no_such_shape(drawing.place(found.front()), drawing.name(found.front()) + " is on a fourth tier of switches",
                  "the simulator knows leaves, spines and cores");
  }
  merge_alike(drawing, found, is_below);
  return found;
}

void check_level(const Drawing& drawing, std::uint32_t vertex) {
  const Kind kind = drawing.kind(vertex);
  if (!is_switch(kind)) return;
  const int level = drawing.level[vertex];
  if (level == 0) no_such_shape(drawing.place(vertex), drawing.name(vertex) + " is a switch that leads to no NIC");
  const int said = kind == Kind::any_switch ? level : kind == Kind::leaf ? 1 : kind == Kind::spine ? 2 : 3;
  if (said == level) return;
  const std::string over = level == 1 ? "NICs" : level == 2 ? "leaves" : "spines";
  no_such_shape(drawing.place(vertex),
                drawing.name(vertex) + " is called a " + kind_name(kind) + ", but it stands over " + over,
                "kind: switch leaves it to the graph");
}

void name_tiers(Drawing& drawing) {
  for (Cable& cable : drawing.cables) {
    if (cable.tier == LinkTier::trunk && std::min(drawing.level[cable.a], drawing.level[cable.b]) == 1) {
      cable.tier = LinkTier::leaf_uplink;
    }
  }
  for (const GraphEdge& edge : drawing.graph->edges) {
    if (edge.tier.empty()) continue;
    LinkTier tier = tier_of(*drawing.graph, edge);
    if (tier == LinkTier::trunk && std::min(drawing.level[edge.from], drawing.level[edge.to]) == 1) {
      tier = LinkTier::leaf_uplink;
    }
    if (edge.tier == tier_name(tier)) continue;
    refuse_graph(
        edge.place,
        ends_of(*drawing.graph, edge) + " is called " + edge.tier + ", but by its ends it is " + tier_name(tier),
        "tier may be left out");
  }
}

}  // namespace

void refuse_graph(const GraphPlace& place, const std::string& message, const std::string& hint) {
  throw InputError({Diagnostic{{"", place.line, place.column, ""}, message, hint}});
}

void no_such_shape(const GraphPlace& place, const std::string& message, const std::string& hint) {
  throw InputError({Diagnostic{{"", place.line, place.column, ""}, message, hint, true}});
}

std::vector<std::uint32_t> neighbours(const Drawing& drawing, std::uint32_t vertex, const VertexTest& is_wanted) {
  std::vector<std::uint32_t> found;
  for (const std::uint32_t cable : drawing.at[vertex]) {
    const std::uint32_t other = drawing.cables[cable].other(vertex);
    if (is_wanted(other)) found.push_back(other);
  }
  std::sort(found.begin(), found.end());
  return found;
}

Drawing draw(const FabricGraph& graph) {
  Drawing drawing;
  drawing.graph = &graph;
  drawing.cables = sum_up(graph);
  drawing.level.assign(graph.vertices.size(), 0);
  for (std::uint32_t vertex = 0; vertex < graph.vertices.size(); ++vertex) drawing.merged_into.push_back(vertex);
  index_cables(drawing);
  std::vector<std::uint32_t> domains;
  for (std::uint32_t vertex = 0; vertex < graph.vertices.size(); ++vertex) {
    if (drawing.at[vertex].empty() && graph.vertices.size() > 1) {
      no_such_shape(drawing.place(vertex), drawing.name(vertex) + " is joined to nothing");
    }
    if (drawing.kind(vertex) == Kind::scale_up_switch) domains.push_back(vertex);
  }
  merge_alike(drawing, domains, [](std::uint32_t) { return true; });
  for (int level = 0; level <= kTiers; ++level) {
    if (climb(drawing, level).empty()) break;
  }
  for (std::uint32_t vertex = 0; vertex < graph.vertices.size(); ++vertex) {
    // What is merged has the level of what it is merged into.
    drawing.level[vertex] = drawing.level[drawing.merged_into[vertex]];
    check_level(drawing, vertex);
  }
  name_tiers(drawing);
  return drawing;
}

}  // namespace sim::topology
