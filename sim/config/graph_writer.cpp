#include <fmt/format.h>

#include "sim/base/quantity.hpp"
#include "sim/config/graph_file.hpp"

namespace sim::config {
namespace {

using topology::FabricGraph;
using topology::GraphEdge;

using Words = std::vector<std::pair<std::string, std::string>>;

Words words_of(const FabricGraph& graph) {
  Words words;
  const auto add = [&](const char* word, const std::string& value) {
    if (!value.empty()) words.emplace_back(word, value);
  };
  add("title", graph.title);
  add("chip", graph.chip);
  add("network", graph.network);
  add("source", graph.source);
  if (graph.routing == topology::Routing::hashed) add("routing", "hashed");
  if (graph.in_network_reduction) add("in_network_reduction", "true");
  if (graph.chips_per_host > 0) add("chips_per_host", std::to_string(graph.chips_per_host));
  if (graph.groups > 0) add("groups", std::to_string(graph.groups));
  add("dimensions", fmt::format("{}", fmt::join(graph.dimensions, " x ")));
  return words;
}

Words words_of(const GraphEdge& edge) {
  Words words{{"capacity", format_quantity(edge.capacity.value(), "data rate")},
              {"latency", format_quantity(edge.latency.value(), "time")}};
  if (edge.links > 0) words.emplace_back("links", fmt::format("{}", edge.links));
  if (!edge.tier.empty()) words.emplace_back("tier", edge.tier);
  return words;
}

std::string in_xml(const std::string& text) {
  std::string safe;
  for (const char byte : text) {
    if (byte == '&')
      safe += "&amp;";
    else if (byte == '<')
      safe += "&lt;";
    else if (byte == '>')
      safe += "&gt;";
    else if (byte == '"')
      safe += "&quot;";
    else
      safe += byte;
  }
  return safe;
}

std::string in_dot(const std::string& text) {
  std::string safe = "\"";
  for (const char byte : text) {
    if (byte == '"' || byte == '\\') safe += '\\';
    safe += byte;
  }
  return safe + '"';
}

std::string data_of(const Words& words, const char* domain) {
  std::string text;
  for (const auto& [word, value] : words)
    text += fmt::format("<data key=\"{}_{}\">{}</data>", domain, word, in_xml(value));
  return text;
}

std::string list_of(const Words& words) {
  std::string text;
  for (const auto& [word, value] : words) text += fmt::format("{}{}={}", text.empty() ? "" : ", ", word, in_dot(value));
  return text;
}

}  // namespace

std::string graphml_text(const FabricGraph& graph) {
  std::string text = R"(<?xml version="1.0" encoding="UTF-8"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
)";
  const auto declare = [&](const char* domain, const std::string& word) {
    text += fmt::format("  <key id=\"{0}_{1}\" for=\"{0}\" attr.name=\"{1}\" attr.type=\"string\"/>\n", domain, word);
  };
  for (const auto& [word, value] : words_of(graph)) declare("graph", word);
  declare("node", "kind");
  for (const char* word : {"capacity", "latency", "links", "tier"}) declare("edge", word);
  text += "  <graph id=\"fabric\" edgedefault=\"undirected\">\n";
  for (const auto& word : words_of(graph)) text += "    " + data_of({word}, "graph") + "\n";
  for (const topology::GraphVertex& vertex : graph.vertices) {
    text += fmt::format("    <node id=\"{}\">{}</node>\n", in_xml(vertex.name),
                        data_of({{"kind", kind_name(vertex.kind)}}, "node"));
  }
  for (const GraphEdge& edge : graph.edges) {
    text += fmt::format("    <edge source=\"{}\" target=\"{}\">{}</edge>\n", in_xml(graph.vertices[edge.from].name),
                        in_xml(graph.vertices[edge.to].name), data_of(words_of(edge), "edge"));
  }
  return text + "  </graph>\n</graphml>\n";
}

std::string dot_text(const FabricGraph& graph) {
  std::string text = "graph fabric {\n";
  for (const auto& word : words_of(graph)) text += "  graph [" + list_of({word}) + "];\n";
  for (const topology::GraphVertex& vertex : graph.vertices) {
    text += fmt::format("  {} [kind={}];\n", in_dot(vertex.name), kind_name(vertex.kind));
  }
  for (const GraphEdge& edge : graph.edges) {
    text += fmt::format("  {} -- {} [{}];\n", in_dot(graph.vertices[edge.from].name),
                        in_dot(graph.vertices[edge.to].name), list_of(words_of(edge)));
  }
  return text + "}\n";
}

}  // namespace sim::config
