#include <CLI/CLI.hpp>

#include "sim/cli/command.hpp"

namespace sim::cli {

void add_import(CLI::App& app, Invocation& invocation) {
  CLI::App* command = app.add_subcommand("import", "turns files of other programs into files of this one");
  command->require_subcommand(1);
  add_import_fabrics(*command, invocation);
}

}  // namespace sim::cli
