#include <fmt/format.h>

#include "sim/cli/grammar.hpp"

namespace sim::cli {
namespace {

constexpr const char* kHead = R"~~(#compdef simulate
# Completion of simulate in zsh, made by `simulate completion zsh`.

_simulate_names() {
  local -a names
  names=("${(@f)$(${(Q)_simulate_program} completion --names $1 2>/dev/null)}")
  compadd "${@:2}" -a names
}

_simulate_commands() {
  local -a commands
  commands=(
)~~";

constexpr const char* kTail = R"~~(
_simulate() {
  local context state state_descr line _simulate_program=$words[1]
  typeset -A opt_args
  _arguments -C $_simulate_common '1:command or scenario:->command' '*:: :->arguments'
  case $state in
    command) _alternative 'commands:command:_simulate_commands' 'files:scenario:_files -g "*.yaml"' ;;
    arguments)
      local command=$words[1]
      if [[ $command == *[./]* || $command == - ]]; then
        command=run
        words=(run $words)
        ((CURRENT++))
      fi
      _simulate_arguments "$command"
      ;;
  esac
}

_simulate "$@"
)~~";

// Inside single quotes; brackets and colons end a description for _arguments.
std::string escaped(const std::string& text, const std::string& special) {
  std::string result;
  for (const char c : text) {
    if (c == '\'') {
      result += "'\\''";
    } else if (special.find(c) != std::string::npos) {
      result += std::string("\\") + c;
    } else {
      result += c;
    }
  }
  return result;
}

std::string action_of(const Parameter& parameter) {
  if (!parameter.choices.empty()) {
    std::string words;
    for (const std::string& choice : parameter.choices) words += (words.empty() ? "" : " ") + choice;
    return "(" + words + ")";
  }
  const Values values = values_of(parameter);
  std::vector<std::string> actions;
  for (const std::string& shelf : values.shelves) actions.push_back("_simulate_names " + shelf);
  for (const std::string& extension : values.extensions) {
    actions.push_back(extension.empty() ? "_files" : "_files -g \"*." + extension + "\"");
  }
  if (actions.empty()) return " ";
  if (actions.size() == 1) return values.shelves.empty() ? actions.front() : "{" + actions.front() + "}";
  std::string all;
  for (const std::string& action : actions) all += action + "; ";
  return "{" + all + "}";
}

// One specification of _arguments for each name of an option: '--trace=[what it does]:FILE:_files'.
std::string option_specifications(const Command& command) {
  std::string text;
  for (const Parameter& option : command.options) {
    for (const std::string& name : option.names) {
      const bool is_long = name.rfind("--", 0) == 0;
      text += fmt::format("    '{}{}{}[{}]", option.is_repeated ? "*" : "", name,
                          option.needs_value ? (is_long ? "=" : "+") : "", escaped(option.description, "[]:\\"));
      if (option.needs_value) text += fmt::format(":{}:{}", escaped(option.value, ":"), action_of(option));
      text += "'\n";
    }
  }
  return text;
}

std::string command_arguments(const Command& command) {
  const bool has_parts = !command.parts.empty();
  std::string text =
      fmt::format("    '{}') _arguments {}-s $_simulate_common \\\n", command.name, has_parts ? "-C " : "");
  std::string specifications = option_specifications(command);
  for (const Parameter& positional : command.positionals) {
    specifications += fmt::format("    '{}:{}:{}'\n", positional.is_repeated ? "*" : "",
                                  escaped(positional.description, ":"), action_of(positional));
  }
  if (has_parts) specifications += "    '*:: :->part'\n";
  std::string continued;
  for (const char c : specifications) continued += c == '\n' ? " \\\n" : std::string(1, c);
  const char* const of_part = "      if [[ $state == part ]]; then _simulate_arguments \"$1 $words[1]\"; fi\n";
  return text + continued + (has_parts ? "\n" + std::string(of_part) : "") + "      ;;\n";
}

}  // namespace

std::string zsh_completion(const Grammar& grammar) {
  std::string text = kHead;
  for (const Command& command : grammar.commands) {
    text += fmt::format("    '{}:{}'\n", command.name, escaped(command.description, ":"));
  }
  text +=
      "  )\n  _describe command commands\n}\n\n_simulate_common=(\n" + option_specifications(grammar.program) + ")\n";
  text += "\n_simulate_arguments() {\n  case $1 in\n";
  for (const Command& command : with_parts(grammar)) text += command_arguments(command);
  return text + "  esac\n}\n" + kTail;
}

}  // namespace sim::cli
