#include <CLI/CLI.hpp>
#include <memory>

#include "sim/cli/command.hpp"
#include "sim/config/catalog.hpp"
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
};

// A topology file describes nodes and fabric; the rates of scale-up links belong to a chip.
iteration::Job fleet_of_topology(const TopologyOptions& options, std::string& title) {
  const std::string folder = (config::data_directory() / "topologies").string();
  const topology::TopologySpec spec = config::load_topology(options.file, folder);
  iteration::Job job;
  iteration::FleetEntry entry;
  entry.chip = config::load_chip(options.chip.empty() ? spec.node.usual_chip : options.chip);
  entry.node = spec.node;
  entry.count = options.chips > 0 ? options.chips : spec.default_chips;
  if (entry.chip.scale_up) entry.link = config::load_link(entry.chip.scale_up->link);
  job.fleet.push_back(entry);
  job.fabric = spec.fabric;
  title = spec.id + ": " + spec.title + ", " + std::to_string(entry.count) + " x " + entry.chip.id;
  return job;
}

bool is_scenario(const std::string& file) {
  if (file != "-" && file.find('/') == std::string::npos && file.find(".yaml") == std::string::npos) return false;
  return config::read_yaml_file(file).find("fleet") != nullptr;
}

int show_topology(const TopologyOptions& options, const CommonOptions& common) {
  std::string title;
  topology::TopologyMetrics metrics;
  if (is_scenario(options.file)) {
    const config::LoadedScenario loaded = config::load_scenario(options.file);
    const iteration::Job job = config::make_job(loaded);
    title = job.name + ": " + std::to_string(job.chips()) + " chips";
    try {
      metrics = topology::measure(iteration::build_fabric(job).cluster);
    } catch (const InputError& error) {
      throw config::with_places(error, loaded.root);
    }
  } else {
    metrics = topology::measure(iteration::build_fabric(fleet_of_topology(options, title)).cluster);
  }
  write_output(common.json ? as_data(common, report::topology_json(title, metrics))
                           : report::topology_text(title, metrics));
  return static_cast<int>(ExitCode::done);
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
  command->callback([&invocation, options] {
    invocation.action = [&invocation, options] { return show_topology(*options, invocation.common); };
  });
}

}  // namespace sim::cli
