#include "sim/config/graph_file.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <functional>
#include <optional>

#include "sim/base/quantity.hpp"
#include "sim/config/catalog.hpp"
#include "sim/config/raw_graph.hpp"
#include "sim/config/xml_file.hpp"

namespace sim::config {
namespace {

using topology::FabricGraph;
using topology::GraphEdge;
using topology::GraphVertex;

const std::vector<std::string> kGraphWords{"title",  "chip",   "network",    "routing",       "in_network_reduction",
                                           "source", "groups", "dimensions", "chips_per_host"};
const std::vector<std::string> kVertexWords{"kind"};
const std::vector<std::string> kEdgeWords{"capacity", "latency", "links", "tier"};

// What Graphviz, yEd, Gephi and networkx write for the picture.
bool is_drawing(const std::string& word) {
  static const std::vector<std::string> words{
      "label",     "xlabel",      "color",    "fillcolor",   "fontcolor", "fontname", "fontsize",  "shape",
      "style",     "pos",         "x",        "y",           "z",         "r",        "g",         "b",
      "size",      "width",       "height",   "penwidth",    "rank",      "rankdir",  "ranksep",   "nodesep",
      "splines",   "overlap",     "layout",   "bgcolor",     "margin",    "pad",      "ratio",     "weight",
      "minlen",    "constraint",  "group",    "peripheries", "fixedsize", "dir",      "arrowhead", "arrowtail",
      "arrowsize", "headport",    "tailport", "tooltip",     "URL",       "compound", "ordering",  "id",
      "name",      "description", "url",      "Edge Label",  "bb",        "lp",       "newrank",   "concentrate",
      "center",    "dpi",         "sides",    "len",         "class"};
  return std::find(words.begin(), words.end(), word) != words.end();
}

std::string listed(const std::vector<std::string>& names) {
  std::string list;
  for (const std::string& name : names) list += (list.empty() ? "" : ", ") + name;
  return list;
}

void check_words(const RawAttributes& attributes, const std::vector<std::string>& known, const std::string& of) {
  for (const auto& [word, value] : attributes) {
    if (is_drawing(word) || std::find(known.begin(), known.end(), word) != known.end()) continue;
    const std::string nearest = nearest_name(word, known);
    std::string hint =
        nearest.empty() ? "known are " + listed(known) + ", and those of drawings" : "did you mean " + nearest + "?";
    if (known.empty()) hint = "only attributes of drawings stand there; those of the machine belong to the whole graph";
    refuse_at(value.place, of + " has the attribute " + word + ", which means nothing here", hint);
  }
}

double number_of(const RawText& value, const std::string& what, const char* dimension, double most) {
  const QuantityText read = parse_quantity(value.text, dimension);
  if (!read.error.empty()) refuse_at(value.place, what + ": " + read.error, read.hint);
  if (read.value < 0) refuse_at(value.place, what + ": must be 0 or more");
  if (read.value > most) refuse_at(value.place, what + ": must be at most " + format_quantity(most, dimension));
  return read.value;
}

int whole_of(const RawText& value, const std::string& what) {
  const double number = number_of(value, what, "", 1e6);
  if (number != std::floor(number)) refuse_at(value.place, what + ": must be a whole number");
  return static_cast<int>(number);
}

int count_of(const RawText& value, const std::string& what) {
  const int count = whole_of(value, what);
  if (count == 0) refuse_at(value.place, what + ": must be 1 or more");
  return count;
}

const RawText* find(const RawAttributes& attributes, const char* word) {
  const auto found = attributes.find(word);
  return found == attributes.end() ? nullptr : &found->second;
}

std::vector<int> dimensions_of(const RawText& value) {
  std::vector<int> sizes;
  std::string rest = value.text;
  std::replace(rest.begin(), rest.end(), 'x', ' ');
  std::size_t start = 0;
  while ((start = rest.find_first_not_of(' ', start)) != std::string::npos) {
    const std::size_t end = std::min(rest.find(' ', start), rest.size());
    sizes.push_back(count_of({rest.substr(start, end - start), value.place}, "dimensions"));
    start = end;
  }
  if (sizes.empty() || sizes.size() > 6) refuse_at(value.place, "dimensions: expected sides, such as 4 x 4 x 4");
  return sizes;
}

// Names of files of the catalogue, which another command or a fleet may not need.
void check_named(const RawText* value, const std::string& word, const std::function<void(const std::string&)>& load) {
  if (value == nullptr || value->text.empty()) return;
  try {
    load(value->text);
  } catch (const InputError& error) {
    const Diagnostic& said = error.diagnostics().front();
    if (!said.mark.file.empty()) throw;  // the named file has mistakes of its own
    const bool is_unknown_network = word == "network" && said.message.rfind("there is no network named", 0) == 0;
    std::string hint = said.hint;
    if (is_unknown_network) {
      const std::string nearest = nearest_name(value->text, catalog_ids("networks"));
      hint = (nearest.empty() ? "" : "did you mean " + nearest + "? ") + "known are " + listed(catalog_ids("networks"));
    }
    refuse_at(value->place, word + ": " + said.message, hint);
  }
}

void read_graph_words(const RawGraph& raw, FabricGraph& graph) {
  check_words(raw.attributes, kGraphWords, "the graph");
  check_words(raw.of_subgraphs, {}, "a subgraph");
  const auto text = [&](const char* word, std::string& field) {
    if (const RawText* value = find(raw.attributes, word)) field = value->text;
  };
  text("title", graph.title);
  text("chip", graph.chip);
  text("network", graph.network);
  text("source", graph.source);
  check_named(find(raw.attributes, "chip"), "chip", [](const std::string& id) { (void)load_chip(id); });
  check_named(find(raw.attributes, "network"), "network", [](const std::string& id) { (void)load_network(id); });
  if (const RawText* value = find(raw.attributes, "routing")) {
    if (value->text != "fluid" && value->text != "hashed") {
      refuse_at(value->place, "routing: expected one of fluid, hashed, got " + value->text);
    }
    graph.routing = value->text == "hashed" ? topology::Routing::hashed : topology::Routing::fluid;
  }
  if (const RawText* value = find(raw.attributes, "in_network_reduction")) {
    if (value->text != "true" && value->text != "false") {
      refuse_at(value->place, "in_network_reduction: expected true or false, got " + value->text);
    }
    graph.in_network_reduction = value->text == "true";
    if (graph.in_network_reduction && graph.network.rfind("infiniband", 0) != 0) {
      refuse_at(value->place, "only InfiniBand switches reduce, but the network is " + graph.network,
                "name a network infiniband-...");
    }
  }
  if (const RawText* value = find(raw.attributes, "groups")) graph.groups = count_of(*value, "groups");
  if (const RawText* value = find(raw.attributes, "dimensions")) graph.dimensions = dimensions_of(*value);
  if (const RawText* value = find(raw.attributes, "chips_per_host")) {
    graph.chips_per_host = count_of(*value, "chips_per_host");
  }
}

GraphVertex vertex_of(const RawVertex& raw) {
  check_words(raw.attributes, kVertexWords, "node " + raw.name);
  const RawText* kind = find(raw.attributes, "kind");
  if (kind == nullptr) {
    refuse_at(raw.place, "node " + raw.name + " has no kind",
              "add kind: chip, nic, scale_up_switch, host, or switch (leaf, spine, core)");
  }
  try {
    return {raw.name, topology::kind_of_name(kind->text), raw.place};
  } catch (const InputError& error) {
    const Diagnostic& said = error.diagnostics().front();
    refuse_at(kind->place, "node " + raw.name + ": " + said.message, said.hint);
  }
}

std::string name_of(const RawEdge& raw, const RawGraph& graph) {
  return graph.vertices[raw.from].name + (raw.both_ways ? " -- " : " -> ") + graph.vertices[raw.to].name;
}

GraphEdge edge_of(const RawEdge& raw, const RawGraph& graph) {
  const std::string name = name_of(raw, graph);
  check_words(raw.attributes, kEdgeWords, "edge " + name);
  GraphEdge edge;
  edge.from = raw.from;
  edge.to = raw.to;
  edge.both_ways = raw.both_ways;
  edge.place = raw.place;
  const RawText* capacity = find(raw.attributes, "capacity");
  if (capacity == nullptr) {
    refuse_at(raw.place, "edge " + name + " has no capacity",
              "add capacity: a data rate of one direction, such as 50 GB/s");
  }
  edge.capacity = BytesPerSecond(number_of(*capacity, "capacity of " + name, "data rate", 1e18));
  if (const RawText* value = find(raw.attributes, "latency")) {
    edge.latency = Seconds(number_of(*value, "latency of " + name, "time", 1));
  }
  if (const RawText* value = find(raw.attributes, "links")) edge.links = number_of(*value, "links of " + name, "", 1e6);
  if (const RawText* value = find(raw.attributes, "tier")) {
    static const std::vector<std::string> tiers{"scale_up", "host", "nic", "leaf_uplink", "trunk"};
    if (std::find(tiers.begin(), tiers.end(), value->text) == tiers.end()) {
      refuse_at(value->place,
                "tier of " + name + ": expected one of scale_up, host, nic, leaf_uplink, trunk, got " + value->text);
    }
    edge.tier = value->text;
  }
  return edge;
}

/// Rates of one scale-up link of a part, by which the capacity of an edge tells its links.
struct LinkRates {
  double wire = 0;
  double usable = 0;

  [[nodiscard]] double links_of(double capacity) const {
    for (const double rate : {wire, usable}) {
      const double links = rate > 0 ? std::round(capacity / rate) : 0;
      if (links >= 1 && std::abs(capacity / rate - links) <= 0.01 * links) return links;
    }
    return 0;
  }
};

bool is_scale_up(const FabricGraph& graph, const GraphEdge& edge) {
  using Kind = GraphVertex::Kind;
  const Kind from = graph.vertices[edge.from].kind, to = graph.vertices[edge.to].kind;
  const auto is_inside = [](Kind kind) { return kind == Kind::chip || kind == Kind::scale_up_switch; };
  return is_inside(from) && is_inside(to) && (from == Kind::chip || to == Kind::chip);
}

LinkRates rates_of(const FabricGraph& graph, const GraphEdge& edge) {
  if (graph.chip.empty()) {
    refuse_at(edge.place, "nothing says how many scale-up links an edge is",
              "add links to the edges, or the attribute chip to the graph, for example chip=H100-SXM5-80GB");
  }
  const hardware::Chip chip = load_chip(graph.chip);
  if (!chip.scale_up || chip.scale_up->links <= 0) {
    refuse_at(edge.place, "the chip of the graph, " + graph.chip + ", has no scale-up links");
  }
  return {chip.scale_up->wire_rate.value.value() / chip.scale_up->links,
          load_link(chip.scale_up->link).usable_rate.value.value()};
}

void fill_links(FabricGraph& graph) {
  std::optional<LinkRates> rates;
  for (GraphEdge& edge : graph.edges) {
    if (edge.links > 0 || !is_scale_up(graph, edge)) continue;
    if (!rates) rates = rates_of(graph, edge);
    edge.links = rates->links_of(edge.capacity.value());
    if (edge.links > 0 || edge.capacity.value() <= 0) continue;
    refuse_at(edge.place,
              format_quantity(edge.capacity.value(), "data rate") + " is no whole number of scale-up links of " +
                  graph.chip + ", of which one carries " + format_quantity(rates->wire, "data rate"),
              "say the links of the edge: links=2");
  }
}

FabricGraph graph_of(const RawGraph& raw, const std::string& name) {
  FabricGraph graph;
  graph.place = raw.place;
  read_graph_words(raw, graph);
  if (graph.source.empty()) graph.source = "the graph of " + std::filesystem::path(name).filename().string();
  for (const RawVertex& vertex : raw.vertices) graph.vertices.push_back(vertex_of(vertex));
  for (const RawEdge& edge : raw.edges) {
    graph.edges.push_back(edge_of(edge, raw));
    if (graph.edges.back().links == 0 || is_scale_up(graph, graph.edges.back())) continue;
    refuse_at(find(edge.attributes, "links")->place,
              "links of " + name_of(edge, raw) + ": only scale-up links are counted",
              "leave it out here, or write links=0 where all edges have it");
  }
  fill_links(graph);
  return graph;
}

RawGraph parse_raw(const std::string& text, const std::string& name) {
  const bool is_graphml = std::filesystem::path(name).extension() == ".graphml";
  return is_graphml ? parse_graphml(text) : parse_dot(text);
}

// Words that mean nothing for a graph of this shape are mistakes, as words that nobody knows are.
void check_applicable(const RawAttributes& attributes, const topology::RecognisedGraph& found) {
  const auto refuse_unless = [&](bool is_applicable, const char* word, const char* reason) {
    const RawText* value = find(attributes, word);
    if (value == nullptr || is_applicable) return;
    refuse_at(value->place, std::string("the graph has the attribute ") + word + ", but " + reason, "leave it out");
  };
  const bool has_switches = found.fabric.kind != topology::FabricKind::none;
  for (const char* word : {"network", "routing", "in_network_reduction"}) {
    refuse_unless(has_switches, word, "it has no switches outside its nodes");
  }
  const bool is_dragonfly = found.fabric.kind == topology::FabricKind::dragonfly;
  refuse_unless(is_dragonfly, "groups", "it is no dragonfly of two groups or more");
  refuse_unless(found.node.scale_up == topology::ScaleUpKind::torus, "dimensions", "its nodes are no torus");
}

void check_network(const FabricGraph& graph, const topology::RecognisedGraph& found) {
  if (found.fabric.kind == topology::FabricKind::none) return;
  if (graph.network.empty()) {
    refuse_at(graph.place, "the graph does not say the kind of its network",
              "add the attribute network to the graph, for example network=infiniband-ndr or roce");
  }
  if (graph.in_network_reduction && found.fabric.kind == topology::FabricKind::dragonfly) {
    refuse_at(graph.place, "in_network_reduction: the switches of a dragonfly have no tree to reduce on");
  }
}

}  // namespace

bool is_graph_file(const std::string& path) {
  const std::string end = std::filesystem::path(path).extension().string();
  return end == ".graphml" || end == ".dot" || end == ".gv";
}

topology::FabricGraph parse_graph(const std::string& text, const std::string& name) {
  try {
    return graph_of(parse_raw(text, name), name);
  } catch (const InputError& error) {
    throw in_file(error, name, text);
  }
}

topology::RecognisedGraph recognise_graph(const std::string& text, const std::string& name, std::string& title) {
  try {
    const RawGraph raw = parse_raw(text, name);
    const topology::FabricGraph graph = graph_of(raw, name);
    title = graph.title;
    topology::RecognisedGraph found = topology::recognise(graph);
    check_applicable(raw.attributes, found);
    check_network(graph, found);
    return found;
  } catch (const InputError& error) {
    throw in_file(error, name, text);
  }
}

}  // namespace sim::config
