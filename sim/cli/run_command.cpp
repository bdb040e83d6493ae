#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <new>
#include <regex>
#include <sstream>

#include "sim/base/error.hpp"
#include "sim/base/quantity.hpp"
#include "sim/cli/command.hpp"
#include "sim/report/facts.hpp"

namespace sim::cli {
namespace {

constexpr const char* kDescription =
    "How long does a training run take on this fleet, and what holds it back?\n\n"
    "Examples:\n"
    "  simulate scenarios/gpt4_h20.yaml              days, utilisation, the shortest stave\n"
    "  simulate scenarios/gpt4_h20.yaml --json       the same as data\n"
    "  simulate scenarios/quickstart.yaml --set parallel.tp=4\n"
    "  simulate scenarios/gpt4_h20.yaml --trace h20.json.gz --trace-ranks 0   what a chip does when, for Perfetto\n"
    "  simulate barrel scenarios/gpt4_h20.yaml       which stave is short, and what lengthening it brings\n"
    "  simulate campaign scenarios/gpt4_h20.yaml     failures, checkpoints, deliveries: what moves the days\n"
    "  simulate compare scenarios/gpt4_h100.yaml scenarios/gpt4_h20.yaml   side by side, and why one is slower\n"
    "  simulate plan scenarios/gpt4_h20.yaml         the fastest way to cut the job over its fleet\n"
    "  simulate sweep studies/h20_map.yaml           the same over a grid of what-ifs; map and pareto draw it\n"
    "  simulate explain scenarios/gpt4_h20.yaml      every number that the answer rests on, with its source\n"
    "  simulate memory scenarios/gpt4_v100.yaml      what fills the chips, stage by stage\n"
    "  simulate topology scenarios/gpt4_h100.yaml    counts, diameter, bisection of the fabric\n"
    "  simulate replay TRACES --topology dgx_h100_single   one iteration of Chakra execution traces\n"
    "  simulate init --chip H20-SXM-96GB -o my.yaml  a commented scenario to start from\n"
    "  simulate import megatron-args run.sh          a scenario from a launch script\n"
    "  simulate check my.yaml                        tests a scenario without running it\n"
    "  simulate chips                                parts that can be named in a scenario\n"
    "  simulate models                               models that can be named in a scenario\n"
    "  simulate schedule zb_v --pp 8                 a pipeline schedule, drawn\n"
    "  simulate validate validation/*.yaml           predicted against measured runs\n"
    "  simulate calibrate RUN.yaml --log TRAIN.log   constants that meet your own run\n";

// `simulate FILE` is short for `simulate run FILE`: a word with a dot or a slash, or a lone dash, is a file.
bool looks_like_file(const std::string& word) {
  return word == "-" || (word.rfind('-', 0) != 0 && word.find_first_of("./") != std::string::npos);
}

std::vector<std::string> arguments_of(int argc, const char* const* argv) {
  std::vector<std::string> arguments(argv + 1, argv + argc);
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (looks_like_file(arguments[i])) {
      arguments.insert(arguments.begin() + static_cast<std::ptrdiff_t>(i), "run");
      break;
    }
    if (arguments[i].rfind('-', 0) != 0) break;  // a subcommand, or a misspelt one
  }
  return arguments;
}

void add_common_options(CLI::App& app, CommonOptions& options) {
  CLI::Option* json = app.add_flag("--json", options.json, "print data instead of text");
  app.add_flag("--plain", options.plain, "print a line for each fact: name, tab, value; for grep and awk")
      ->excludes(json);
  app.add_flag("-q,--quiet", options.quiet, "no messages beside errors");
  app.add_flag("--no-color", options.no_color, "no colours (also: NO_COLOR in the environment)");
}

std::vector<std::string> long_options(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  return names;
}

// CLI11 says of a value only that it cannot be converted: the option's description says what there is.
std::string wanted_values(const CLI::App& app, const std::string& message) {
  const std::string start = "Could not convert: ";
  if (message.rfind(start, 0) != 0) return "";
  const std::string name = message.substr(start.size(), message.find(' ', start.size()) - start.size());
  for (const CLI::App* command : app.get_subcommands()) {
    const CLI::Option* option = command->get_option_no_throw(name);
    if (option != nullptr) return name + ": " + option->get_description() + "; ";
  }
  return "";
}

// A value that is none of a few choices, of which CLI11 says "shell: bahs not in {bash,zsh,fish}" or "--by: Check
// dolars value in {days->0,power->1} OR {0,1} FAILED". Turns the message into plain words and returns the choice that
// was meant.
std::string nearest_choice(std::string& message) {
  static const std::regex refusal(R"((\S+): (?:Check )?(\S+) (?:not|value) in \{([^}]*)\}.*)");
  std::smatch match;
  if (!std::regex_match(message, match, refusal)) return "";
  const std::string name = match[1], word = match[2];
  std::istringstream list(match[3]);
  std::vector<std::string> choices;
  std::string names;
  for (std::string choice; std::getline(list, choice, ',');) {
    choices.push_back(choice.substr(0, choice.find("->")));
    names += (names.empty() ? "" : ", ") + choices.back();
  }
  message = name + ": " + word + (choices.size() == 1 ? " is not " : " is none of ") + names;
  return nearest_name(word, choices);
}

// What `command` lacks that takes the name of a part behind it, such as `import`.
std::string missing_part(const std::vector<const CLI::App*>& parts, const std::string& command,
                         const std::vector<std::string>& arguments, std::string& nearest) {
  std::vector<std::string> names;
  std::string list;
  for (const CLI::App* part : parts) {
    names.push_back(part->get_name());
    list += (list.empty() ? "" : ", ") + part->get_name();
  }
  const auto after = std::find(arguments.begin(), arguments.end(), command) + 1;
  if (after == arguments.end() || after->rfind('-', 0) == 0) return command + " needs one of: " + list;
  nearest = nearest_name(*after, names);
  return "there is no " + command + " " + *after + ": it knows " + list;
}

// The word that nobody understood, or else CLI11's own words.
int usage_error(const CLI::App& app, const CLI::ParseError& error, const std::vector<std::string>& arguments) {
  std::string message = error.what(), nearest;
  std::vector<std::string> commands, options = long_options(app);
  for (const CLI::App* command : app.get_subcommands({})) commands.push_back(command->get_name());
  for (const std::string& word : arguments) {
    if (std::find(commands.begin(), commands.end(), word) != commands.end()) {
      const CLI::App* const command = app.get_subcommand(word);
      std::vector<const CLI::App*> parts = command->get_subcommands({});
      if (!parts.empty() && command->get_subcommands().empty()) message = missing_part(parts, word, arguments, nearest);
      parts.push_back(command);
      for (const CLI::App* part : parts) {
        const std::vector<std::string> more = long_options(*part);
        options.insert(options.end(), more.begin(), more.end());
      }
      break;
    }
    if (word.rfind('-', 0) == 0) continue;
    message = "there is no command " + word;
    nearest = nearest_name(word, commands);
    break;
  }
  for (const std::string& word : arguments) {
    const std::string name = word.substr(0, word.find('='));
    if (name.rfind("--", 0) != 0 || std::find(options.begin(), options.end(), name) != options.end()) continue;
    message = "there is no option " + name;
    nearest = nearest_name(name, options);
    break;
  }
  if (arguments.empty()) message = "name a scenario file or a command";
  if (nearest.empty()) nearest = nearest_choice(message);
  const std::string guess = nearest.empty() ? wanted_values(app, message) : "did you mean " + nearest + "? ";
  std::cerr << InputError(message, guess + "`simulate --help` shows what there is").what();
  return static_cast<int>(ExitCode::bad_input);
}

int run_action(const Invocation& invocation) {
  try {
    return invocation.action();
  } catch (const InputError& error) {
    std::cerr << error.what();
    return static_cast<int>(error.exit_code());
  } catch (const std::bad_alloc&) {
    std::cerr << "error: not enough memory for this fleet\n  hint: simulate fewer chips, or leave out --no-fold\n";
    return static_cast<int>(ExitCode::infeasible);
  } catch (const std::exception& error) {
    std::cerr << "internal error: " << error.what() << "\n  This is a bug of simulate, not of your input.\n";
    return static_cast<int>(ExitCode::internal);
  }
}

void add_commands(CLI::App& app, Invocation& invocation) {
  add_run(app, invocation);
  add_barrel(app, invocation);
  add_campaign(app, invocation);
  add_compare(app, invocation);
  add_report(app, invocation);
  add_plan(app, invocation);
  add_match(app, invocation);
  add_design(app, invocation);
  add_sweep(app, invocation);
  add_merge(app, invocation);
  add_map(app, invocation);
  add_pareto(app, invocation);
  add_explain(app, invocation);
  add_memory(app, invocation);
  add_chips(app, invocation);
  add_models(app, invocation);
  add_topology(app, invocation);
  add_replay(app, invocation);
  add_validate(app, invocation);
  add_fit(app, invocation);
  add_calibrate(app, invocation);
  add_schedule(app, invocation);
  add_init(app, invocation);
  add_import(app, invocation);
  add_check(app, invocation);
  add_schema(app, invocation);
  add_completion(app, invocation);
  add_man(app, invocation);
}

}  // namespace

int run_command(int argc, const char* const* argv) {
  std::signal(SIGPIPE, SIG_DFL);  // some parents ignore it, and hand that on
  std::signal(SIGXFSZ, SIG_IGN);  // beyond the limit of file sizes writing fails instead
  CLI::App app{kDescription, "simulate"};
  app.set_version_flag("--version", version_text());
  app.require_subcommand(1);
  app.fallthrough();
  Invocation invocation;
  add_common_options(app, invocation.common);
  add_commands(app, invocation);
  const std::vector<std::string> arguments = arguments_of(argc, argv);
  std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());  // as CLI11 takes them
  try {
    app.parse(std::move(reversed));
  } catch (const CLI::Success& help) {
    return run_action({{}, [&] {
                         std::ostringstream text;
                         const int code = app.exit(help, text);
                         write_output(text.str());
                         return code;
                       }});
  } catch (const CLI::ParseError& error) {
    return usage_error(app, error, arguments);
  }
  invocation.common.json = invocation.common.json || invocation.common.plain;
  return run_action(invocation);
}

void write_output(const std::string& text) {
  const bool is_written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0;
  if (!is_written) throw InputError(std::string("standard output: ") + std::strerror(errno));
}

std::string as_data(const CommonOptions& options, const std::string& json) {
  return options.plain ? report::plain_text(json) : json;
}

bool wants_progress(const CommonOptions& options) {
  return !options.quiet && isatty(STDERR_FILENO) != 0;
}

bool wants_color(const CommonOptions& options) {
  const char* no_color = std::getenv("NO_COLOR");
  const bool is_refused = options.no_color || (no_color != nullptr && *no_color != '\0');
  return !is_refused && isatty(STDOUT_FILENO) != 0;
}

}  // namespace sim::cli
