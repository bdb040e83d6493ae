#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/topology/fabric_graph.hpp"

namespace sim::config {

using topology::GraphPlace;

struct RawText {
  std::string text;
  GraphPlace place;
};

/// Attributes by name, of which the last one counts.
using RawAttributes = std::map<std::string, RawText>;

struct RawVertex {
  std::string name;
  RawAttributes attributes;
  GraphPlace place;
};

struct RawEdge {
  std::uint32_t from = 0;
  std::uint32_t to = 0;
  bool both_ways = true;
  RawAttributes attributes;
  GraphPlace place;
};

/// A file of a graph as it is written, before its words mean anything.
struct RawGraph {
  RawAttributes attributes;
  RawAttributes of_subgraphs;  ///< what subgraphs say of themselves
  std::vector<RawVertex> vertices;
  std::vector<RawEdge> edges;
  GraphPlace place;
};

inline constexpr std::size_t kMostGraphVertices = 500'000;
inline constexpr std::size_t kMostGraphEdges = 2'000'000;

/// Both throw InputError with line and column, but without the file: the caller knows its name.
[[nodiscard]] RawGraph parse_graphml(const std::string& text);
[[nodiscard]] RawGraph parse_dot(const std::string& text);

[[noreturn]] void refuse_at(const GraphPlace& place, const std::string& message, const std::string& hint = "");
/// The same for what is well-formed but no machine that the simulator knows: exit 3.
[[noreturn]] void cannot_at(const GraphPlace& place, const std::string& message, const std::string& hint = "");

}  // namespace sim::config
