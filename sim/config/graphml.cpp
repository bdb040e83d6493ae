#include "sim/base/quantity.hpp"
#include "sim/config/raw_graph.hpp"
#include "sim/config/xml_file.hpp"

namespace sim::config {
namespace {

/// What `<key id= for= attr.name=>` declares.
struct Key {
  std::string name;  ///< empty: a program's own data without a name, such as how yEd draws a node
  std::string domain;
  RawText standard;  ///< place line 0: none
};

/// Reads the elements of a GraphML document (Brandes et al. 2002, graphml.graphdrawing.org).
class Graphml {
 public:
  RawGraph read(const XmlElement& root) {
    if (root.name != "graphml") {
      refuse_at(root.place, "the root is <" + root.name + ">, not <graphml>", "a .graphml file holds GraphML");
    }
    const XmlElement* graph = nullptr;
    for (const XmlElement& child : root.children) {
      if (child.name == "key") declare(child);
      if (child.name != "graph") continue;
      if (graph != nullptr) refuse_at(child.place, "a second <graph>: a machine is one graph");
      graph = &child;
    }
    if (graph == nullptr) refuse_at(root.place, "a GraphML document without a <graph>");
    read_graph(*graph);
    return std::move(raw_);
  }

 private:
  void declare(const XmlElement& element) {
    const std::string* id = element.find("id");
    if (id == nullptr) refuse_at(element.place, "a <key> without an id");
    const std::string* name = element.find("attr.name");
    const std::string* domain = element.find("for");
    Key key{name == nullptr ? "" : *name, domain == nullptr ? "all" : *domain, {}};
    for (const XmlElement& child : element.children) {
      if (child.name == "default") key.standard = {child.text, child.place};
    }
    if (!keys_.try_emplace(*id, key).second) refuse_at(element.place, "a second key of the id " + *id);
  }

  RawAttributes attributes_of(const XmlElement& element, const char* domain) {
    RawAttributes found;
    for (const auto& [id, key] : keys_) {
      const bool applies = key.domain == domain || key.domain == "all";
      if (applies && !key.name.empty() && key.standard.place.line > 0) found[key.name] = key.standard;
    }
    for (const XmlElement& child : element.children) {
      if (child.name != "data") continue;
      const std::string* id = child.find("key");
      const auto key = id == nullptr ? keys_.end() : keys_.find(*id);
      if (key == keys_.end()) {
        refuse_at(child.place,
                  "<data> of the key " + (id == nullptr ? std::string("(none)") : *id) + ", which no <key> declares");
      }
      if (!key->second.name.empty()) found[key->second.name] = {child.text, child.place};
    }
    return found;
  }

  void read_graph(const XmlElement& graph) {
    const std::string* direction = graph.find("edgedefault");
    if (direction == nullptr || (*direction != "directed" && *direction != "undirected")) {
      refuse_at(graph.place, "edgedefault of the graph is not said", "it is directed or undirected");
    }
    both_ways_ = *direction == "undirected";
    raw_.place = graph.place;
    raw_.attributes = attributes_of(graph, "graph");
    for (const XmlElement& child : graph.children) {
      if (child.name == "node") read_vertex(child);
      if (child.name == "hyperedge") refuse_at(child.place, "hyperedges are not read", "draw a switch and its edges");
    }
    for (const XmlElement& child : graph.children) {
      if (child.name == "edge") read_edge(child);
    }
  }

  void read_vertex(const XmlElement& element) {
    const std::string* id = element.find("id");
    if (id == nullptr) refuse_at(element.place, "a <node> without an id");
    if (raw_.vertices.size() == kMostGraphVertices) refuse_at(element.place, "more than 500,000 vertices");
    if (!index_.try_emplace(*id, static_cast<std::uint32_t>(raw_.vertices.size())).second) {
      refuse_at(element.place, "a second node of the id " + *id);
    }
    for (const XmlElement& child : element.children) {
      if (child.name == "graph")
        refuse_at(child.place, "graphs inside nodes are not read", "draw all nodes in one graph");
    }
    raw_.vertices.push_back({*id, attributes_of(element, "node"), element.place});
  }

  std::uint32_t end_of(const XmlElement& element, const char* end) {
    const std::string* id = element.find(end);
    if (id == nullptr) refuse_at(element.place, std::string("an <edge> without a ") + end);
    const auto found = index_.find(*id);
    if (found != index_.end()) return found->second;
    std::vector<std::string> names;
    for (std::size_t vertex = 0; vertex < raw_.vertices.size() && vertex < 1000; ++vertex) {
      names.push_back(raw_.vertices[vertex].name);
    }
    const std::string nearest = nearest_name(*id, names);
    refuse_at(element.place, "there is no node " + *id, nearest.empty() ? "" : "did you mean " + nearest + "?");
  }

  void read_edge(const XmlElement& element) {
    if (raw_.edges.size() == kMostGraphEdges) refuse_at(element.place, "more than 2,000,000 edges");
    RawEdge edge;
    edge.from = end_of(element, "source");
    edge.to = end_of(element, "target");
    edge.both_ways = both_ways_;
    if (const std::string* directed = element.find("directed")) edge.both_ways = *directed == "false";
    edge.attributes = attributes_of(element, "edge");
    edge.place = element.place;
    raw_.edges.push_back(std::move(edge));
  }

  std::map<std::string, Key> keys_;
  std::map<std::string, std::uint32_t> index_;
  bool both_ways_ = true;
  RawGraph raw_;
};

// Before the whole document is laid out in memory.
void check_size(const std::string& text, std::string_view element, std::size_t most, const std::string& message) {
  std::size_t count = 0;
  for (std::size_t at = text.find(element); at != std::string::npos; at = text.find(element, at + 1)) {
    if (++count > most) refuse_at(TextPlaces(text).at(at), message);
  }
}

}  // namespace

RawGraph parse_graphml(const std::string& text) {
  check_size(text, "<node", kMostGraphVertices, "more than 500,000 vertices");
  check_size(text, "<edge", kMostGraphEdges, "more than 2,000,000 edges");
  return Graphml().read(parse_xml(text));
}

}  // namespace sim::config
