#pragma once

#include <functional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace sim::cli {

/// Options that every subcommand understands.
struct CommonOptions {
  bool json = false;   ///< data are wanted, in the form of --json or of --plain
  bool plain = false;  ///< as lines of facts
  bool quiet = false;
  bool no_color = false;
};

/// What the chosen subcommand does; filled in while the command line is parsed. Returns the exit code.
struct Invocation {
  CommonOptions common;
  std::function<int()> action;
};

// One function a subcommand: adds it to the parser and sets `invocation.action` when it is
// chosen.
void add_run(CLI::App& app, Invocation& invocation);
void add_campaign(CLI::App& app, Invocation& invocation);
void add_compare(CLI::App& app, Invocation& invocation);
void add_report(CLI::App& app, Invocation& invocation);
void add_plan(CLI::App& app, Invocation& invocation);
void add_design(CLI::App& app, Invocation& invocation);
void add_match(CLI::App& app, Invocation& invocation);
void add_sweep(CLI::App& app, Invocation& invocation);
void add_merge(CLI::App& app, Invocation& invocation);
void add_map(CLI::App& app, Invocation& invocation);
void add_pareto(CLI::App& app, Invocation& invocation);
void add_explain(CLI::App& app, Invocation& invocation);
void add_barrel(CLI::App& app, Invocation& invocation);
void add_memory(CLI::App& app, Invocation& invocation);
void add_chips(CLI::App& app, Invocation& invocation);
void add_models(CLI::App& app, Invocation& invocation);
void add_replay(CLI::App& app, Invocation& invocation);
void add_topology(CLI::App& app, Invocation& invocation);
void add_validate(CLI::App& app, Invocation& invocation);
void add_fit(CLI::App& app, Invocation& invocation);
void add_calibrate(CLI::App& app, Invocation& invocation);
void add_schedule(CLI::App& app, Invocation& invocation);
void add_init(CLI::App& app, Invocation& invocation);
void add_import(CLI::App& app, Invocation& invocation);
void add_check(CLI::App& app, Invocation& invocation);
void add_schema(CLI::App& app, Invocation& invocation);
void add_completion(CLI::App& app, Invocation& invocation);
void add_man(CLI::App& app, Invocation& invocation);

// Subcommands of `import`, one function a family.
void add_import_fabrics(CLI::App& import_app, Invocation& invocation);

/// Runs the whole command; the process's exit code (docs/cli.md).
[[nodiscard]] int run_command(int argc, const char* const* argv);

/// Writes data to standard output. Throws InputError when it cannot be written; a closed pipe ends quietly.
void write_output(const std::string& text);

/// An answer in JSON, or as lines of facts when --plain asks for them.
[[nodiscard]] std::string as_data(const CommonOptions& options, const std::string& json);

/// What --version prints: the version, and which build of it this is.
[[nodiscard]] std::string version_text();

/// True when standard error is a terminal and messages are wanted: then long work shows how far it is.
[[nodiscard]] bool wants_progress(const CommonOptions& options);

/// True when standard output is a terminal and colour is wanted (NO_COLOR, --no-color).
[[nodiscard]] bool wants_color(const CommonOptions& options);

}  // namespace sim::cli
