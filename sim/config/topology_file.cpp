#include "sim/config/topology_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <utility>

#include "sim/base/quantity.hpp"
#include "sim/config/describe_topology.hpp"
#include "sim/config/field_reader.hpp"
#include "sim/config/graph_file.hpp"
#include "sim/config/text_file.hpp"

namespace sim::config {
namespace {

namespace fs = std::filesystem;

constexpr const char* kUnnamedNode = "(inline)";

std::vector<std::string> names_in(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code ignored;  // an unreadable folder has no names
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, ignored)) {
    if (entry.path().extension() == ".yaml") names.push_back(entry.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

/// The file that a name or path means. `mark` is where it was written, line 0 on the command line.
fs::path find_file(const std::string& name, const fs::path& folder, const std::string& what, const SourceMark& mark) {
  if (name.find('/') != std::string::npos || fs::path(name).extension() == ".yaml" || is_graph_file(name)) {
    if (is_file(name)) return name;
    throw InputError({Diagnostic{mark, "there is no " + what + " file " + name, "paths start at the current folder"}});
  }
  const fs::path path = folder / (name + ".yaml");
  if (is_file(path)) return path;
  const std::vector<std::string> names = names_in(folder);
  const std::string nearest = nearest_name(name, names);
  std::string hint = nearest.empty() ? "" : "did you mean " + nearest + "?";
  if (nearest.empty()) hint = "they are the files of " + folder.filename().string() + "/";
  throw InputError({Diagnostic{mark, "there is no " + what + " named " + name, hint}});
}

Value without(Value map, const std::string& key) {
  std::erase_if(map.entries, [&](const Value::Entry& entry) { return entry.key == key; });
  return map;
}

topology::TopologySpec of_graph(const fs::path& path) {
  topology::TopologySpec topology;
  topology::RecognisedGraph found = recognise_graph(read_text(path.string()), path.string(), topology.title);
  topology.id = path.stem().string();
  topology.node = std::move(found.node);
  topology.node.id = topology.id;
  topology.fabric = std::move(found.fabric);
  topology.default_chips = topology.drawn_chips = found.chips;
  topology.drawn_link_rate = found.link_rate;
  return topology;
}

/// The node's map with its name and `like` replaced by what they stand for; `id` becomes the name of its file.
Value resolve_node(const Value& node, const fs::path& folder, std::string& id) {
  const Value* like = node.kind == Value::Kind::map ? node.find("like") : &node;
  if (like == nullptr || like->kind != Value::Kind::scalar) return node;
  const fs::path path = find_file(like->text, folder, "node", like->mark);
  id = path.stem().string();
  const Value base = read_yaml_file(path.string());
  return like == &node ? base : merge(base, without(node, "like"));
}

}  // namespace

topology::TopologySpec read_topology(const Value& value, const std::string& directory, const std::string& key) {
  Value resolved = value;
  std::string node_id;
  if (Value* node = resolved.find("node")) *node = resolve_node(*node, fs::path(directory) / "nodes", node_id);
  Diagnostics diagnostics;
  topology::TopologySpec topology = read<topology::TopologySpec>(resolved, diagnostics, DescribeByType{}, {}, {}, key);
  diagnostics.throw_if_any();
  topology.node.id = node_id.empty() ? kUnnamedNode : node_id;
  return topology;
}

topology::TopologySpec load_topology(const std::string& path_or_name, const std::string& directory) {
  const fs::path path = find_file(path_or_name, directory, "topology", {});
  if (is_graph_file(path.string())) return of_graph(path);
  topology::TopologySpec topology = read_topology(read_yaml_file(path.string()), directory);
  topology.id = path.stem().string();
  if (topology.node.id == kUnnamedNode) topology.node.id = topology.id;
  return topology;
}

void check_drawn(const topology::TopologySpec& topology, const hardware::Chip& chip,
                 const std::optional<hardware::LinkGeneration>& link, int count) {
  if (topology.drawn_chips == 0) return;
  if (count > topology.drawn_chips) {
    throw infeasible(
        fmt::format("the graph {} has {} chips, {} are asked for", topology.id, topology.drawn_chips, count),
        "a graph is one machine, which has no other size");
  }
  const double drawn = topology.drawn_link_rate.value();
  if (drawn <= 0 || !link || !chip.scale_up || chip.scale_up->links <= 0) return;  // build() tells what is missing
  const double usable = link->usable_rate.value.value();
  const double wire = chip.scale_up->wire_rate.value.value() / chip.scale_up->links;
  constexpr double kRounded = 0.01;  // vendors round
  for (const double rate : {wire, usable}) {
    if (std::abs(drawn - rate) <= kRounded * rate) return;
  }
  throw infeasible(
      fmt::format("a scale-up link of the graph {} carries {}, one of {} {}", topology.id,
                  format_quantity(drawn, "data rate"), chip.id, format_quantity(wire, "data rate")),
      "draw the chip's own links, wire rate or usable rate, or describe a chip with others (catalog/README.md)");
}

topology::NodeSpec load_node(const std::string& path_or_name, const std::string& directory) {
  const fs::path path = find_file(path_or_name, fs::path(directory) / "nodes", "node", {});
  Diagnostics diagnostics;
  topology::NodeSpec node = read<topology::NodeSpec>(read_yaml_file(path.string()), diagnostics);
  diagnostics.throw_if_any();
  node.id = path.stem().string();
  return node;
}

}  // namespace sim::config
