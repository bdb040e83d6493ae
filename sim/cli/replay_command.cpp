#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "sim/base/error.hpp"
#include "sim/cli/command.hpp"
#include "sim/cli/solve.hpp"
#include "sim/cli/trace_files.hpp"
#include "sim/config/catalog.hpp"
#include "sim/config/topology_file.hpp"
#include "sim/report/replay_text.hpp"

namespace sim::cli {
namespace {

struct ReplayOptions {
  std::string traces, groups, topology, chip, measured_on;
  ScenarioOptions fleet;
  int chips = 0;
  replay::Options replay;
};

// The first `chips` chips of a topology, a rank on each in order.
iteration::Job fleet_of(const ReplayOptions& options, int ranks) {
  const std::string folder = (config::data_directory() / "topologies").string();
  const topology::TopologySpec spec = config::load_topology(options.topology, folder);
  iteration::Job job;
  iteration::FleetEntry entry;
  entry.chip = config::load_chip(options.chip.empty() ? spec.node.usual_chip : options.chip);
  entry.node = spec.node;
  entry.count = options.chips > 0 ? options.chips : ranks;
  if (entry.chip.scale_up) entry.link = config::load_link(entry.chip.scale_up->link);
  job.fleet.push_back(entry);
  job.fabric = spec.fabric;
  if (spec.fabric.kind != topology::FabricKind::none) job.network = config::load_network(spec.fabric.network);
  job.strategy.dp = entry.count;
  job.name = std::to_string(entry.count) + " x " + entry.chip.id + ", " + spec.id;
  return job;
}

iteration::Job scenario_fleet(const ScenarioOptions& options, const CommonOptions& common) {
  const config::LoadedScenario loaded = config::load_scenario(options.file, options.overrides);
  print_notes(loaded.notes, common);
  return with_scenario_places(loaded, [&] {
    iteration::Job job = settle(loaded, config::make_job(loaded));
    iteration::check_feasible(job);
    return job;
  });
}

// The peak that training usually takes.
double peak_of(const hardware::Chip& chip) {
  for (const hardware::Format format : {hardware::Format::bf16, hardware::Format::fp16}) {
    const auto found = chip.peak.find(format);
    if (found != chip.peak.end()) return found->second.value.value();
  }
  throw infeasible("--measured-on: " + chip.id + " has no known peak of 16 bits");
}

double bandwidth_of(const hardware::Chip& chip) {
  if (!chip.memory_bandwidth) throw infeasible("--measured-on: the memory bandwidth of " + chip.id + " is not known");
  return chip.memory_bandwidth->value.value();
}

replay::Options scaled(const ReplayOptions& options, const iteration::Job& job) {
  replay::Options scaled = options.replay;
  if (options.measured_on.empty()) return scaled;
  if (job.fleet.size() > 1) throw InputError("--measured-on: needs a fleet of one kind of chip");
  const hardware::Chip from = config::load_chip(options.measured_on);
  const hardware::Chip& to = job.fleet.front().chip;
  scaled.scale_with_operations = peak_of(from) / peak_of(to);
  scaled.scale_without_operations = bandwidth_of(from) / bandwidth_of(to);
  return scaled;
}

int replay_traces(const ReplayOptions& options, const CommonOptions& common) {
  const bool sizes_topology = !options.chip.empty() || options.chips > 0;
  if (sizes_topology && options.topology.empty())
    throw InputError("--chip and --chips: go with --topology", "a scenario has its fleet");
  if (!options.fleet.overrides.empty() && options.fleet.file.empty()) {
    throw InputError("--set: overrides keys of a scenario", "name one with --fleet");
  }
  if (options.topology.empty() == options.fleet.file.empty()) {
    throw InputError("replay: name the machine: --topology NAME, or --fleet SCENARIO for that of a scenario");
  }
  const TraceFiles files = read_trace_files(options.traces, options.groups);
  const int ranks = static_cast<int>(files.traces.back().rank) + 1;
  const iteration::Job job =
      options.topology.empty() ? scenario_fleet(options.fleet, common) : fleet_of(options, ranks);
  const iteration::FabricView view = iteration::build_fabric(job);
  const replay::Result result = replay::replay(view, files.traces, files.groups, scaled(options, job));
  const std::string title = files.name + ": execution traces on " + job.name;
  if (!common.quiet) {
    for (const std::string& warning : result.warnings) std::cerr << "warning: " << warning << "\n";
  }
  write_output(common.json ? as_data(common, report::replay_json(title, result)) : report::replay_text(title, result));
  return static_cast<int>(ExitCode::done);
}

}  // namespace

void add_replay(CLI::App& app, Invocation& invocation) {
  CLI::App* command = app.add_subcommand("replay", "simulate one iteration of Chakra execution traces on a fleet");
  auto options = std::make_shared<ReplayOptions>();
  command->add_option("traces", options->traces, "folder of NAME.RANK.et, or FOLDER/NAME")->required();
  command->add_option("--topology", options->topology, "topology name or file; rank r runs on chip r");
  command->add_option("--chip", options->chip, "its part (default: the topology's usual one)");
  command->add_option("--chips", options->chips, "its size (default: as many as there are ranks)")
      ->check(CLI::Range(1, 10000000));
  command->add_option("--fleet", options->fleet.file, "a scenario, whose fleet and placement of ranks are taken")
      ->type_name("SCENARIO");
  command->add_option("--set", options->fleet.overrides, "override a key of that scenario")->type_name("KEY=VALUE");
  command->add_option("--groups", options->groups, "process groups, a JSON file (default: NAME.groups.json beside)")
      ->type_name("FILE");
  command->add_option("--measured-on", options->measured_on,
                      "part on which the durations were measured: they are scaled by the ratio of peaks (with num_ops) "
                      "or of memory bandwidths");
  add_event_budget_option(*command, options->replay.event_budget);
  command->callback([&invocation, options] {
    invocation.action = [&invocation, options] { return replay_traces(*options, invocation.common); };
  });
}

}  // namespace sim::cli
