#pragma once

#include <functional>
#include <string>
#include <vector>

#include "sim/topology/fabric_graph.hpp"

namespace sim::topology {

/// Everything between two vertices of a graph: the same capacity both ways, the latency the mean of both.
struct Cable {
  std::uint32_t a = 0;
  std::uint32_t b = 0;
  double capacity = 0;  ///< B/s, one direction
  double latency = 0;   ///< s, one way
  double links = 0;
  LinkTier tier = LinkTier::scale_up;
  GraphPlace place;

  [[nodiscard]] std::uint32_t other(std::uint32_t end) const { return end == a ? b : a; }
};

/// A graph whose edges are checked and summed up, while it is being recognised.
struct Drawing {
  const FabricGraph* graph = nullptr;
  std::vector<Cable> cables;
  std::vector<std::vector<std::uint32_t>> at;  ///< by vertex: its cables
  std::vector<int> level;                      ///< of switches: 1 over NICs, then 2, 3; of others 0
  std::vector<std::uint32_t> merged_into;      ///< by vertex: the one that stands for it

  [[nodiscard]] GraphVertex::Kind kind(std::uint32_t vertex) const { return graph->vertices[vertex].kind; }
  [[nodiscard]] const std::string& name(std::uint32_t vertex) const { return graph->vertices[vertex].name; }
  [[nodiscard]] GraphPlace place(std::uint32_t vertex) const { return graph->vertices[vertex].place; }
};

using VertexTest = std::function<bool(std::uint32_t)>;

/// Malformed (exit 2), and well-formed but no shape that can be built (exit 3).
[[noreturn]] void refuse_graph(const GraphPlace& place, const std::string& message, const std::string& hint = "");
[[noreturn]] void no_such_shape(const GraphPlace& place, const std::string& message, const std::string& hint = "");

/// Checks the edges and sums up those between the same vertices; merges alike switches; tells their levels.
[[nodiscard]] Drawing draw(const FabricGraph& graph);

/// The neighbours of a vertex for which `is_wanted` holds, sorted.
[[nodiscard]] std::vector<std::uint32_t> neighbours(const Drawing& drawing, std::uint32_t vertex,
                                                    const VertexTest& is_wanted);

/// A scale-up domain of a drawing: chips by position, NICs by rail.
struct DrawnNode {
  std::vector<std::uint32_t> chips;
  std::vector<std::uint32_t> nics;
  std::vector<std::uint32_t> hubs;  ///< scale-up switches and hosts
};

/// The domains in the order of their first chips; NICs in the order of their chips.
[[nodiscard]] std::vector<DrawnNode> find_nodes(const Drawing& drawing);

/// The figures of a node, of which the first of a machine stands for all. `link_rate`: of one scale-up link.
[[nodiscard]] NodeSpec spec_of(const Drawing& drawing, const DrawnNode& node, BytesPerSecond& link_rate);

/// Finds the fabric, and puts nodes, their NICs and their chips into the order in which build() numbers them.
/// Fills the NICs' rate and latency into `spec`.
[[nodiscard]] FabricSpec find_fabric(const Drawing& drawing, std::vector<DrawnNode>& nodes, NodeSpec& spec);

}  // namespace sim::topology
