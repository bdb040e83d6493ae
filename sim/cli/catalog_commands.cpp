#include <CLI/CLI.hpp>
#include <memory>

#include "sim/cli/command.hpp"
#include "sim/cli/output_file.hpp"
#include "sim/config/catalog.hpp"
#include "sim/config/graph_file.hpp"
#include "sim/config/scenario.hpp"
#include "sim/config/topology_file.hpp"
#include "sim/iteration/fabric_view.hpp"
#include "sim/report/catalog_text.hpp"

namespace sim::cli {
namespace {

int list_models(const CommonOptions& common) {
  std::vector<model::Transformer> models;
  for (const std::string& id : config::catalog_ids("models")) models.push_back(config::load_model(id));
  write_output(common.json ? as_data(common, report::models_json(models)) : report::models_text(models));
  return static_cast<int>(ExitCode::done);
}

struct TopologyOptions {
  std::string file;
  std::string chip;
  int chips = 0;
  std::string graphml;
  std::string dot;
};

/// A machine, what heads its figures, and what its graph is called, which stays so when the graph is read and written.
struct Machine {
  iteration::Job job;
  std::string heading;
  std::string title;
};

// A topology file describes nodes and fabric; the rates of scale-up links belong to a chip.
Machine machine_of_topology(const TopologyOptions& options) {
  const std::string folder = (config::data_directory() / "topologies").string();
  const topology::TopologySpec spec = config::load_topology(options.file, folder);
  iteration::FleetEntry entry;
  if (options.chip.empty() && spec.node.usual_chip.empty()) {
    throw InputError(spec.id + " names no chip, by whose links its figures are counted",
                     "add --chip, or usual_chip of the node (a graph: the attribute chip)");
  }
  entry.chip = config::load_chip(options.chip.empty() ? spec.node.usual_chip : options.chip);
  entry.node = spec.node;
  entry.count = options.chips > 0 ? options.chips : spec.default_chips;
  if (entry.chip.scale_up) entry.link = config::load_link(entry.chip.scale_up->link);
  config::check_drawn(spec, entry.chip, entry.link, entry.count);
  Machine machine;
  machine.job.fleet.push_back(entry);
  machine.job.fabric = spec.fabric;
  machine.title = spec.title;
  machine.heading = spec.id + (spec.title.empty() ? "" : ": " + spec.title) + ", " + std::to_string(entry.count) +
                    " x " + entry.chip.id;
  return machine;
}

bool is_scenario(const std::string& file) {
  if (file == "-") return true;  // it can be read once
  if (config::is_graph_file(file)) return false;
  if (file.find('/') == std::string::npos && file.find(".yaml") == std::string::npos) return false;
  return config::read_yaml_file(file).find("fleet") != nullptr;
}

// The machine as a graph: the vertices and links that are simulated.
topology::FabricGraph graph_of(const Machine& machine, const topology::Cluster& cluster) {
  const iteration::Job& job = machine.job;
  if (job.fleet.size() != 1) {
    throw InputError(
        "the fleet has " + std::to_string(job.fleet.size()) + " entries, and a graph has nodes of one kind",
        "write the graphs of their topologies");
  }
  topology::ClusterEntry entry;
  entry.node = job.fleet.front().node;
  entry.fabric = job.fabric;
  if (job.fleet.front().link) entry.link_rate = job.fleet.front().link->usable_rate.value;
  topology::FabricGraph graph = topology::graph_of(cluster, entry);
  graph.chip = job.fleet.front().chip.id;
  graph.title = machine.title;
  return graph;
}

int show_machine(const TopologyOptions& options, const CommonOptions& common, const Machine& machine) {
  const topology::Cluster cluster = iteration::build_fabric(machine.job).cluster;
  const topology::TopologyMetrics metrics = topology::measure(cluster);
  if (!options.graphml.empty() || !options.dot.empty()) {
    const topology::FabricGraph graph = graph_of(machine, cluster);
    if (!options.graphml.empty()) write_file(options.graphml, config::graphml_text(graph));
    if (!options.dot.empty()) write_file(options.dot, config::dot_text(graph));
  }
  write_output(common.json ? as_data(common, report::topology_json(machine.heading, metrics))
                           : report::topology_text(machine.heading, metrics));
  return static_cast<int>(ExitCode::done);
}

int show_topology(const TopologyOptions& options, const CommonOptions& common) {
  check_outputs({{"--graphml", options.graphml}, {"--dot", options.dot}});
  if (!is_scenario(options.file)) return show_machine(options, common, machine_of_topology(options));
  if (!options.chip.empty() || options.chips > 0) {
    throw InputError("--chip and --chips: the scenario has its fleet", "name a topology, or change the scenario");
  }
  const config::LoadedScenario loaded = config::load_scenario(options.file);
  Machine machine{config::make_job(loaded), "", ""};
  machine.heading = machine.title = machine.job.name + ": " + std::to_string(machine.job.chips()) + " chips";
  try {
    return show_machine(options, common, machine);
  } catch (const InputError& error) {
    throw config::with_places(error, loaded.root);
  }
}

}  // namespace

void add_models(CLI::App& app, Invocation& invocation) {
  app.add_subcommand("models", "list the models of the catalogue")->callback([&invocation] {
    invocation.action = [&invocation] { return list_models(invocation.common); };
  });
}

void add_topology(CLI::App& app, Invocation& invocation) {
  CLI::App* command = app.add_subcommand("topology", "counts, diameter, bisection and pattern loads of a fabric");
  auto options = std::make_shared<TopologyOptions>();
  command->add_option("file", options->file, "topology name or file, or a scenario")
      ->type_name("TOPOLOGY|FILE.yaml")
      ->required();
  command->add_option("--chips", options->chips, "chips (default: the topology's own)")
      ->check(CLI::Range(1, 100000000));
  command->add_option("--chip", options->chip, "part whose links join the node (default: the topology's usual one)")
      ->type_name("CHIP|FILE.yaml");
  command->add_option("--graphml", options->graphml, "also writes the machine as a graph, for other programs and back")
      ->type_name("FILE.graphml");
  command->add_option("--dot", options->dot, "the same in the language of Graphviz")->type_name("FILE.dot");
  command->callback([&invocation, options] {
    invocation.action = [&invocation, options] { return show_topology(*options, invocation.common); };
  });
}

}  // namespace sim::cli
