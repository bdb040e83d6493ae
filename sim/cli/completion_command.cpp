#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>

#include "sim/base/error.hpp"
#include "sim/base/quantity.hpp"
#include "sim/cli/command.hpp"
#include "sim/cli/grammar.hpp"
#include "sim/cli/gzip.hpp"
#include "sim/cli/output_file.hpp"
#include "sim/config/catalog.hpp"
#include "sim/parallel/schedule.hpp"
#include "sim/plan/search_space.hpp"

namespace sim::cli {
namespace {

namespace fs = std::filesystem;

struct CompletionOptions {
  std::string shell;
  std::string names;
  std::string output;
};

std::vector<std::string> topology_names() {
  std::vector<std::string> names;
  std::error_code ignored;  // a missing folder holds none
  for (const fs::directory_entry& file : fs::directory_iterator(config::data_directory() / "topologies", ignored)) {
    if (file.path().extension() == ".yaml") names.push_back(file.path().stem().string());
  }
  return names;
}

// Chips are spelt as people write them (H100-SXM5-80GB), which only their files say; elsewhere file names are ids.
std::vector<std::string> names_on(const std::string& shelf, const CLI::App& app) {
  std::vector<std::string> names;
  if (shelf == "schedules") return parallel::schedule_names();
  if (shelf == "axes") return plan::search_axes();
  if (shelf == "topologies") return topology_names();
  if (shelf == "commands") {
    for (const Command& command : with_parts(grammar_of(app))) names.push_back(page_name(command));
    return names;
  }
  for (const std::string& id : config::catalog_ids(shelf)) {
    names.push_back(shelf == "chips" ? config::load_chip(id).id : id);
  }
  return names;
}

int complete(const CompletionOptions& options, const CLI::App& app) {
  std::string text;
  if (!options.names.empty()) {
    for (const std::string& name : names_on(options.names, app)) text += name + "\n";
  } else if (options.shell.empty()) {
    throw InputError("completion: for which shell?", "simulate completion bash, zsh or fish");
  } else {
    const Grammar grammar = grammar_of(app);
    text = options.shell == "bash"  ? bash_completion(grammar)
           : options.shell == "zsh" ? zsh_completion(grammar)
                                    : fish_completion(grammar);
  }
  if (options.output.empty()) {
    write_output(text);
  } else {
    write_file(options.output, text);
  }
  return static_cast<int>(ExitCode::done);
}

// As Debian wants them installed: manual pages are compressed as far as gzip can.
void write_page(const fs::path& file, const std::string& text) {
  OutputFile output(file.string());
  Gzip gzip([&output](std::string_view part) { output.add(part); }, Gzip::Effort::most);
  gzip.add(text);
  gzip.finish();
  output.finish();
}

int show_manual(const std::string& name, const std::string& folder, const CLI::App& app) {
  const Grammar grammar = grammar_of(app);
  if (!folder.empty()) {
    write_page(fs::path(folder) / "simulate.1.gz", manual_page(grammar, grammar.program));
    for (const Command& command : with_parts(grammar)) {
      write_page(fs::path(folder) / ("simulate-" + page_name(command) + ".1.gz"), manual_page(grammar, command));
    }
    return static_cast<int>(ExitCode::done);
  }
  if (name.empty()) {
    write_output(manual_page(grammar, grammar.program));
    return static_cast<int>(ExitCode::done);
  }
  std::vector<std::string> names;
  for (const Command& command : with_parts(grammar)) {
    names.push_back(page_name(command));
    if (page_name(command) != name) continue;
    write_output(manual_page(grammar, command));
    return static_cast<int>(ExitCode::done);
  }
  const std::string nearest = nearest_name(name, names);
  throw InputError("there is no command " + name, nearest.empty() ? "" : "did you mean " + nearest + "?");
}

}  // namespace

void add_completion(CLI::App& app, Invocation& invocation) {
  CLI::App* command = app.add_subcommand("completion", "prints what completes this command line in bash, zsh or fish");
  auto options = std::make_shared<CompletionOptions>();
  CLI::Option* shell = command->add_option("shell", options->shell, "the shell: bash, zsh or fish");
  shell->type_name("SHELL")->check(CLI::IsMember({"bash", "zsh", "fish"}));
  command->add_option("--names", options->names, "prints names instead, a line each; the scripts ask for them")
      ->type_name("SHELF")
      ->check(CLI::IsMember({"axes", "chips", "commands", "models", "rules", "schedules", "topologies"}))
      ->excludes(shell);
  command->add_option("-o,--output", options->output, "file to write (default: standard output)")->type_name("FILE");
  command->callback(
      [&app, &invocation, options] { invocation.action = [&app, options] { return complete(*options, app); }; });
}

void add_man(CLI::App& app, Invocation& invocation) {
  CLI::App* command = app.add_subcommand("man", "prints a manual page: simulate man run | man -l -");
  auto name = std::make_shared<std::string>();
  auto folder = std::make_shared<std::string>();
  CLI::Option* which =
      command->add_option("command", *name, "the command, with its part as import-graph; none: the whole program");
  which->type_name("COMMAND");
  command->add_option("--folder", *folder, "writes all pages into this folder, compressed, as they are installed")
      ->type_name("FOLDER")
      ->excludes(which);
  command->callback([&app, &invocation, name, folder] {
    invocation.action = [&app, name, folder] { return show_manual(*name, *folder, app); };
  });
}

}  // namespace sim::cli
