#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "sim/base/error.hpp"
#include "sim/cli/command.hpp"
#include "sim/cli/output_file.hpp"
#include "sim/cli/reference_scenario.hpp"
#include "sim/cli/usual_topology.hpp"
#include "sim/config/catalog.hpp"
#include "sim/config/topology_file.hpp"

namespace sim::cli {
namespace {

struct InitOptions {
  std::string model = "llama2-7b";
  std::string chip = "H100-SXM5-80GB";
  int count = 8;
  std::string topology;  // empty: one that fits the chip and the count
  std::string file;      // empty: standard output
  bool force = false;
};

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
  const std::string topology = options.topology.empty() ? usual_topology(chip, options.count) : options.topology;
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
  if (common.json && !common.plain) throw InputError("--json: init writes a scenario, which is YAML", "leave it out");
  if (options.force && options.file.empty()) throw InputError("--force: no file is named", "add -o FILE");
  const std::string text = scenario_text(options);
  if (options.file.empty()) {
    write_output(text);
    return static_cast<int>(ExitCode::done);
  }
  write_new_file(options.file, text, options.force);
  if (!common.quiet) write_output("wrote " + options.file + "; next: simulate " + options.file + "\n");
  return static_cast<int>(ExitCode::done);
}

}  // namespace

void add_init(CLI::App& app, Invocation& invocation) {
  CLI::App* command = app.add_subcommand("init", "writes a commented scenario to start from");
  auto options = std::make_shared<InitOptions>();
  command->add_option("--model", options->model, "model, as `simulate models` lists them (llama2-7b)")
      ->type_name("MODEL|FILE.yaml");
  command->add_option("--chip", options->chip, "part, as `simulate chips` lists them (H100-SXM5-80GB)")
      ->type_name("CHIP|FILE.yaml");
  command->add_option("--count", options->count, "chips (8)")->check(CLI::Range(1, 100000000));
  command->add_option("--topology", options->topology, "node and network (default: a usual one of the chip)")
      ->type_name("TOPOLOGY|FILE.yaml");
  command->add_option("-o,--output", options->file, "file to write (default: standard output)")->type_name("FILE.yaml");
  command->add_flag("--force", options->force, "write over a file that is there");
  command->callback([&invocation, options] {
    invocation.action = [&invocation, options] { return write_scenario(*options, invocation.common); };
  });
}

}  // namespace sim::cli
