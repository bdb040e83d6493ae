#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <memory>

#include "sim/base/error.hpp"
#include "sim/cli/command.hpp"
#include "sim/cli/output_file.hpp"
#include "sim/cli/reference_scenario.hpp"
#include "sim/config/catalog.hpp"
#include "sim/config/topology_file.hpp"

namespace sim::cli {
namespace {

namespace fs = std::filesystem;

struct InitOptions {
  std::string model = "llama2-7b";
  std::string chip = "H100-SXM5-80GB";
  int count = 8;
  std::string topology;  // empty: one that fits the chip and the count
  std::string file;      // empty: standard output
  bool force = false;
};

std::string link_of(const hardware::Chip& chip) {
  return chip.scale_up ? chip.scale_up->link : "";
}

constexpr int kUnfit = 4;

// How well a topology fits, the smaller the better: 0 and 1 are made for the chip, 2 and 3 for another chip with the
// same links; of each two the first is the plain network that most sites have.
int misfit(const topology::TopologySpec& spec, const hardware::Chip& chip, int count) {
  const bool is_one_node = spec.fabric.kind == topology::FabricKind::none;
  if (is_one_node != (count <= spec.node.chips)) return kUnfit;
  const bool is_plain =
      is_one_node || (spec.fabric.kind == topology::FabricKind::rail_fat_tree && !spec.fabric.in_network_reduction);
  if (spec.node.usual_chip == chip.id) return is_plain ? 0 : 1;
  if (link_of(config::load_chip(spec.node.usual_chip)) != link_of(chip)) return kUnfit;
  return is_plain ? 2 : 3;
}

std::string fitting_topology(const hardware::Chip& chip, int count) {
  if (!chip.scale_up) {  // runs on pcie_8_single end in an internal error
    throw InputError("init chooses no topology for " + chip.id + ", which has no scale-up links",
                     "name one of topologies/ with --topology, and test it with `simulate check`");
  }
  const fs::path folder = config::data_directory() / "topologies";
  std::vector<std::string> names;
  for (const fs::directory_entry& file : fs::directory_iterator(folder)) {
    if (file.path().extension() == ".yaml") names.push_back(file.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  std::string best;
  int least = kUnfit;
  for (const std::string& name : names) {
    const int found = misfit(config::load_topology(name, folder.string()), chip, count);
    if (found < least) {
      best = name;
      least = found;
    }
  }
  if (best.empty()) {
    throw InputError(fmt::format("no topology that ships joins {} {}", count, chip.id),
                     "name one of topologies/ with --topology, or another --count");
  }
  return best;
}

constexpr const char* kTemplate =
    R"(# A scenario for `simulate FILE`. `simulate schema --table` explains every key; `simulate check FILE` tests the file
# without running it; `simulate run FILE --print-config` shows what was filled in, and from where.
schema_version: 1
name: {name}
model: {model:<21}# `simulate models` lists them; a path or a map of your own works too
training:
  tokens: {tokens:<18}# of the whole run: 20 for each parameter that a token uses
  sequence_length: {sequence}
  global_batch: {batch:<12}# sequences per optimizer step
  precision: {precision:<15}# format of the matrix products
fleet:                       # one entry for each kind of chip
  - chip: {chip:<18}# `simulate chips` lists them
    count: {count}
    topology: {topology} # node and network, a file of topologies/
parallel:
  auto: true                 # search the fastest strategy; keys beside it stay as they are given, such as:
  # tp: 2                    # tensor parallelism: chips that share each matrix product
  # pp: 1                    # pipeline stages
  # zero: 1                  # optimizer state shared by the replicas
  # recompute: full          # less memory for more work
software: {software} # training software: a preset of catalog/software
)";

std::string scenario_text(const InitOptions& options) {
  const model::Transformer model = config::load_model(options.model);
  const hardware::Chip chip = config::load_chip(options.chip);
  const std::string folder = (config::data_directory() / "topologies").string();
  const std::string topology = options.topology.empty() ? fitting_topology(chip, options.count) : options.topology;
  (void)config::load_topology(topology, folder);
  using namespace fmt::literals;
  return fmt::format(kTemplate, "name"_a = model.id + "-" + chip.id, "model"_a = options.model,
                     "tokens"_a = fmt::format("{:.0f}e9", usual_billions_of_tokens(model)),
                     "sequence"_a = model.context, "batch"_a = usual_batch(options.count),
                     "precision"_a = chip.peak.count(hardware::Format::bf16) > 0 ? "bf16" : "fp16",
                     "chip"_a = options.chip, "count"_a = options.count, "topology"_a = topology,
                     "software"_a = chip.vendor == "Huawei" ? "mindspeed-2024" : "transformer-engine-2023");
}

int write_scenario(const InitOptions& options, const CommonOptions& common) {
  if (common.json) throw InputError("--json: init writes a scenario, which is YAML", "leave it out");
  if (options.force && options.file.empty()) throw InputError("--force: no file is named", "add -o FILE");
  const std::string text = scenario_text(options);
  if (options.file.empty()) {
    write_output(text);
    return static_cast<int>(ExitCode::done);
  }
  std::error_code ignored;  // what cannot be looked at cannot be written either, and that is reported
  if (!options.force && fs::is_regular_file(options.file, ignored)) {
    throw InputError(options.file + " is there already", "name another file, or add --force to write over it");
  }
  write_file(options.file, text);
  if (!common.quiet) write_output("wrote " + options.file + "; next: simulate " + options.file + "\n");
  return static_cast<int>(ExitCode::done);
}

}  // namespace

void add_init(CLI::App& app, Invocation& invocation) {
  CLI::App* command = app.add_subcommand("init", "writes a commented scenario to start from");
  auto options = std::make_shared<InitOptions>();
  command->add_option("--model", options->model, "model, as `simulate models` lists them (llama2-7b)");
  command->add_option("--chip", options->chip, "part, as `simulate chips` lists them (H100-SXM5-80GB)");
  command->add_option("--count", options->count, "chips (8)")->check(CLI::Range(1, 100000000));
  command->add_option("--topology", options->topology, "node and network (default: a usual one of the chip)");
  command->add_option("-o,--output", options->file, "file to write (default: standard output)")->type_name("FILE.yaml");
  command->add_flag("--force", options->force, "write over a file that is there");
  command->callback([&invocation, options] {
    invocation.action = [&invocation, options] { return write_scenario(*options, invocation.common); };
  });
}

}  // namespace sim::cli
