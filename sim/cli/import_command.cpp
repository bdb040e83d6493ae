#include <CLI/CLI.hpp>
#include <memory>

#include "sim/base/error.hpp"
#include "sim/cli/command.hpp"
#include "sim/cli/output_file.hpp"
#include "sim/cli/solve.hpp"
#include "sim/cli/usual_topology.hpp"
#include "sim/config/catalog.hpp"
#include "sim/config/topology_file.hpp"
#include "sim/launch/megatron.hpp"

namespace sim::cli {
namespace {

struct ImportOptions {
  std::string source;
  std::string chip, topology, software;  // empty: assumed
  std::int64_t count = 0;
  double tokens = 0;
  std::int64_t vocabulary = 0;
  std::vector<std::string> variables;
  std::string file;  // empty: standard output
  bool force = false;
};

constexpr const char* kUsualChip = "H100-SXM5-80GB";

launch::Additions additions_of(const ImportOptions& options) {
  launch::Additions additions{options.count, options.tokens, options.vocabulary, {}};
  for (const std::string& text : options.variables) {
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos || equals == 0) {
      throw InputError("--variable " + text + ": expected NAME=VALUE", "for example --variable NNODES=16");
    }
    additions.variables[text.substr(0, equals)] = text.substr(equals + 1);
  }
  return additions;
}

launch::AssumedFleet fleet_of(const ImportOptions& options, std::int64_t count) {
  const hardware::Chip chip = config::load_chip(options.chip.empty() ? kUsualChip : options.chip);
  launch::AssumedFleet fleet;
  fleet.chip = options.chip.empty() ? kUsualChip : options.chip;
  fleet.topology = options.topology;
  fleet.software = options.software;
  if (options.chip.empty()) fleet.chip_comment = "assumed; --chip says another part";
  if (fleet.topology.empty()) {
    fleet.topology = usual_topology(chip, static_cast<int>(count));
    fleet.topology_comment = "assumed: a usual one of this part; --topology says another";
  } else {
    (void)config::load_topology(fleet.topology, (config::data_directory() / "topologies").string());
  }
  if (fleet.software.empty()) {
    fleet.software = chip.vendor == "Huawei" ? "mindspeed-2024" : "megatron-core-2025";
    fleet.software_comment = "assumed; --software says another preset";
  } else {
    (void)config::load_software(fleet.software);
  }
  return fleet;
}

int import_megatron(const ImportOptions& options, const CommonOptions& common) {
  if (common.json) throw InputError("--json: import writes a scenario, which is YAML", "leave it out");
  if (options.force && options.file.empty()) throw InputError("--force: no file is named", "add -o FILE");
  const config::YamlSource source = config::read_source(options.source);
  const launch::MegatronRun run = launch::read_megatron(source, additions_of(options));
  const std::string text = launch::scenario_yaml(run, fleet_of(options, run.chips), source.name());
  print_notes(run.notes, common);
  if (options.file.empty()) {
    write_output(text);
    return static_cast<int>(ExitCode::done);
  }
  write_new_file(options.file, text, options.force);
  if (!common.quiet) write_output("wrote " + options.file + "; next: simulate check " + options.file + "\n");
  return static_cast<int>(ExitCode::done);
}

void add_megatron(CLI::App& import, Invocation& invocation) {
  CLI::App* command = import.add_subcommand("megatron-args", "a scenario from a launch script of Megatron-LM");
  auto options = std::make_shared<ImportOptions>();
  command->add_option("script", options->source, "shell script, or the arguments alone; - reads standard input")
      ->type_name("FILE")
      ->required();
  command->add_option("--chip", options->chip, "part, as `simulate chips` lists them (H100-SXM5-80GB)")
      ->type_name("CHIP|FILE.yaml");
  command->add_option("--count", options->count, "chips (default: what the launcher is told)")
      ->check(CLI::Range(1, 100000000));
  command->add_option("--topology", options->topology, "node and network (default: a usual one of the chip)")
      ->type_name("TOPOLOGY|FILE.yaml");
  command->add_option("--software", options->software, "preset of catalog/software (megatron-core-2025)");
  command->add_option("--tokens", options->tokens, "tokens of the whole run (default: what the script trains)")
      ->check(CLI::Range(1.0, 1e18));
  command->add_option("--vocab-size", options->vocabulary, "rows of the token table, where the script does not say")
      ->check(CLI::Range(1, 10000000));
  command->add_option("--variable", options->variables, "variable of the script's environment, may be repeated")
      ->type_name("NAME=VALUE");
  command->add_option("-o,--output", options->file, "file to write (default: standard output)")->type_name("FILE.yaml");
  command->add_flag("--force", options->force, "write over a file that is there");
  command->callback([&invocation, options] {
    invocation.action = [&invocation, options] { return import_megatron(*options, invocation.common); };
  });
}

}  // namespace

void add_import(CLI::App& app, Invocation& invocation) {
  CLI::App* import = app.add_subcommand("import", "turns files of other programs into ours");
  import->require_subcommand(1);
  add_megatron(*import, invocation);
  add_import_fabrics(*import, invocation);
}

}  // namespace sim::cli
