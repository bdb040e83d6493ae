#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>

#include "sim/base/error.hpp"
#include "sim/cli/command.hpp"
#include "sim/config/catalog.hpp"
#include "sim/config/describe_topology.hpp"
#include "sim/config/nccl_topology.hpp"
#include "sim/config/slurm_topology.hpp"
#include "sim/config/text_file.hpp"
#include "sim/config/topology_file.hpp"
#include "sim/config/value_printer.hpp"

namespace sim::cli {
namespace {

struct ImportOptions {
  std::string file;
  std::string chip;
  std::string node;
  std::string network;
};

std::string shown_name(const std::string& file) {
  return file == "-" ? "standard input" : std::filesystem::path(file).filename().string();
}

std::string topologies() {
  return (config::data_directory() / "topologies").string();
}

void refuse_json(const CommonOptions& common) {
  if (common.json) throw InputError("--json: import writes a file of topologies, which is YAML", "leave it out");
}

// Names inside files may hold anything.
std::string in_one_line(std::string text) {
  for (char& byte : text) {
    if (static_cast<unsigned char>(byte) < ' ' || byte == 127) byte = ' ';
  }
  return text;
}

std::string quoted(const std::string& text) {
  std::string safe = "\"";
  for (const char byte : in_one_line(text)) {
    if (byte == '"' || byte == '\\') safe += '\\';
    safe += byte;
  }
  return safe + '"';
}

int write_topology(const topology::TopologySpec& topology, const std::string& command,
                   const std::vector<std::string>& notes) {
  std::string text = "# Written by `simulate import " + command + "`.\n";
  for (const std::string& note : notes) text += "# - " + in_one_line(note) + "\n";
  write_output(text + config::print_yaml(topology));
  return static_cast<int>(ExitCode::done);
}

void set_chip(const std::string& id, topology::NodeSpec& node, std::vector<std::string>& notes) {
  if (id.empty()) {
    notes.emplace_back("NCCL does not name the part: add usual_chip, or import again with --chip");
    return;
  }
  const hardware::Chip chip = config::load_chip(id);
  const int links = chip.scale_up ? chip.scale_up->links : 0;
  if (node.links_per_chip > links) {
    throw infeasible(
        fmt::format("--chip {}: the file has {} NVLinks for each GPU, the part has {}", id, node.links_per_chip, links),
        "name the part of the machine that wrote the file");
  }
  node.usual_chip = chip.id;
}

int import_nccl(const ImportOptions& options, const CommonOptions& common) {
  refuse_json(common);
  std::vector<std::string> notes;
  topology::TopologySpec topology;
  const std::string text = config::read_text(options.file);
  topology.node = config::parse_nccl_topology(text, options.file == "-" ? "standard input" : options.file, notes);
  topology.node.source = "NCCL's topology file " + shown_name(options.file);
  topology.title = fmt::format("Node of {} GPUs from {}", topology.node.chips, shown_name(options.file));
  topology.default_chips = topology.node.chips;
  set_chip(options.chip, topology.node, notes);
  return write_topology(topology, "nccl-topology", notes);
}

int import_slurm(const ImportOptions& options, const CommonOptions& common) {
  refuse_json(common);
  const topology::NodeSpec node = config::load_node(options.node, topologies());
  (void)config::load_network(options.network);
  const std::string text = config::read_text(options.file);
  const config::SlurmTree tree =
      config::parse_slurm_topology(text, options.file == "-" ? "standard input" : options.file);
  const long chips = static_cast<long>(tree.nodes) * node.chips;
  if (chips > 100'000'000) throw infeasible(fmt::format("{} nodes of {} chips are too many", tree.nodes, node.chips));
  std::string yaml = fmt::format(
      "# Written by `simulate import slurm-topology`.\n"
      "title: {}\n"
      "node: {}\n"
      "fabric:\n"
      "  kind: fat_tree         # assumed: Slurm knows one leaf for all NICs of a node; rails: rail_fat_tree\n"
      "  network: {}\n"
      "  nodes_per_pod: {}\n"
      "  pods_per_core: {}\n"
      "  oversubscription: 1    # assumed: topology.conf does not tell how wide the uplinks are\n",
      quoted(fmt::format("{} nodes from {}", tree.nodes, shown_name(options.file))), options.node, options.network,
      tree.nodes_per_leaf, tree.leaves_per_root);
  if (tree.leaves_per_root > 0) yaml += "  core_oversubscription: 1  # assumed, too\n";
  yaml +=
      fmt::format("  source: {}\ndefault_chips: {}\n",
                  quoted(fmt::format("{}, Slurm's switches: {} leaves", shown_name(options.file), tree.leaves)), chips);
  write_output(yaml);
  return static_cast<int>(ExitCode::done);
}

int import_graph(const ImportOptions& options, const CommonOptions& common) {
  refuse_json(common);
  const topology::TopologySpec topology = config::load_topology(options.file, topologies());
  if (topology.drawn_chips == 0) {
    throw InputError(options.file + " is no graph", "graphs end in .graphml, .dot or .gv");
  }
  return write_topology(topology, "graph", {"equal to the graph, link by link; of other sizes too"});
}

using Import = int (*)(const ImportOptions&, const CommonOptions&);

CLI::App* add(CLI::App& app, Invocation& invocation, const std::shared_ptr<ImportOptions>& options, Import import,
              const char* name, const char* help) {
  CLI::App* command = app.add_subcommand(name, help);
  command->callback([&invocation, options, import] {
    invocation.action = [&invocation, options, import] { return import(*options, invocation.common); };
  });
  return command;
}

}  // namespace

void add_import_fabrics(CLI::App& import_app, Invocation& invocation) {
  const auto nccl = std::make_shared<ImportOptions>();
  CLI::App* command = add(import_app, invocation, nccl, import_nccl, "nccl-topology",
                          "a node from the XML that NCCL_TOPO_DUMP_FILE writes, as a file of topologies/");
  command->add_option("file", nccl->file, "XML of NCCL; - reads standard input")->type_name("FILE.xml")->required();
  command->add_option("--chip", nccl->chip, "the part of the node, as `simulate chips` lists them")
      ->type_name("CHIP|FILE.yaml");

  const auto slurm = std::make_shared<ImportOptions>();
  command = add(import_app, invocation, slurm, import_slurm, "slurm-topology",
                "a fabric from Slurm's topology.conf, as a file of topologies/");
  command->add_option("file", slurm->file, "topology.conf; - reads standard input")->type_name("FILE.conf")->required();
  command->add_option("--node", slurm->node, "the nodes' kind, a file of topologies/nodes")->required();
  command->add_option("--network", slurm->network, "collective constants, a file of catalog/networks")->required();

  const auto graph = std::make_shared<ImportOptions>();
  command = add(import_app, invocation, graph, import_graph, "graph",
                "a machine from GraphML or DOT, recognised, as a file of topologies/");
  command->add_option("file", graph->file, "the graph, FILE.graphml, FILE.dot or FILE.gv")
      ->type_name("FILE.graphml|FILE.dot|FILE.gv")
      ->required();
}

}  // namespace sim::cli
