#include <fmt/format.h>

#include "sim/cli/grammar.hpp"

namespace sim::cli {
namespace {

// The frame finds the command and what the word at the cursor is; the two tables say what may stand there.
constexpr const char* kHead = R"~~(# Completion of simulate in bash, made by `simulate completion bash`.

_simulate_words() { mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -W "$1" -- "$_simulate_word"); }

_simulate_names() { _simulate_words "$("$_simulate_program" completion --names "$1" 2>/dev/null)"; }

# Files with an extension (any without one), and folders on the way to them.
_simulate_files() {
  compopt -o filenames 2>/dev/null
  if [[ -z $1 ]]; then
    mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -f -- "$_simulate_word")
  else
    mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -f -X "!*.$1" -- "$_simulate_word")
    mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -d -- "$_simulate_word")
  fi
}
)~~";

constexpr const char* kFrame = R"~~(
_simulate() {
  local _simulate_program=$1 _simulate_word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
  local command='' part='' i
  COMPREPLY=()
  # Bash takes --option=value apart at the equals sign.
  if [[ $before == = ]]; then
    before=${COMP_WORDS[COMP_CWORD - 2]}
  elif [[ $_simulate_word == = ]]; then
    before=${COMP_WORDS[COMP_CWORD - 1]}
    _simulate_word=''
  fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    [[ ${COMP_WORDS[i]} == -?* ]] && continue
    if [[ -n $command ]]; then
      part=${COMP_WORDS[i]}
      break
    fi
    command=${COMP_WORDS[i]}
    [[ $command == *[./]* || $command == - ]] && command=run
    [[ " $_simulate_with_parts " == *" $command "* ]] || break
  done
  [[ -n $part ]] && command+=" $part"
  if [[ -n $command ]] && _simulate_value "$command $before"; then return; fi
  if [[ $_simulate_word == -* ]]; then
    _simulate_options "$command"
  else
    _simulate_arguments "$command"
  fi
}
complete -F _simulate simulate
)~~";

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

// The shell commands that offer what may stand for a value; empty: nothing is known of it.
std::string offers(const Parameter& parameter) {
  std::string text;
  if (!parameter.choices.empty()) text += "_simulate_words '" + joined(parameter.choices) + "'; ";
  const Values values = values_of(parameter);
  for (const std::string& shelf : values.shelves) text += "_simulate_names " + shelf + "; ";
  for (const std::string& extension : values.extensions) text += "_simulate_files '" + extension + "'; ";
  return text;
}

std::string option_names(const Command& command) {
  std::vector<std::string> names;
  for (const Parameter& option : command.options) names.insert(names.end(), option.names.begin(), option.names.end());
  return joined(names);
}

std::string value_table(const Grammar& grammar) {
  std::string text = "\n# The value of an option, by command and option; false: it takes none.\n_simulate_value() {\n";
  text += "  case $1 in\n";
  for (const Command& command : with_parts(grammar)) {
    for (const Parameter& option : command.options) {
      if (!option.needs_value) continue;
      std::string patterns;
      for (const std::string& name : option.names) {
        patterns += (patterns.empty() ? "" : " | ") + fmt::format("'{} {}'", command.name, name);
      }
      const std::string offered = offers(option);
      text += fmt::format("    {}) {};;\n", patterns, offered.empty() ? ": " : offered);
    }
  }
  return text + "    *) return 1 ;;\n  esac\n}\n";
}

std::string option_table(const Grammar& grammar) {
  std::string text = "\n_simulate_options() {\n  local common='" + option_names(grammar.program) + "'\n  case $1 in\n";
  for (const Command& command : with_parts(grammar)) {
    text += fmt::format("    '{}') _simulate_words \"{} $common\" ;;\n", command.name, option_names(command));
  }
  return text + "    *) _simulate_words \"$common\" ;;\n  esac\n}\n";
}

std::string argument_table(const Grammar& grammar) {
  std::string text = "\n_simulate_arguments() {\n  case $1 in\n", names;
  for (const Command& command : grammar.commands) names += (names.empty() ? "" : " ") + command.name;
  for (const Command& command : with_parts(grammar)) {
    std::string offered;
    for (const Parameter& positional : command.positionals) offered += offers(positional);
    if (!offered.empty()) text += fmt::format("    '{}') {};;\n", command.name, offered);
  }
  return text + "    '') _simulate_words '" + names + "'; _simulate_files yaml ;;\n  esac\n}\n";
}

}  // namespace

std::string bash_completion(const Grammar& grammar) {
  return kHead + ("\n_simulate_with_parts='" + joined(names_with_parts(grammar)) + "'\n") + value_table(grammar) +
         option_table(grammar) + argument_table(grammar) + kFrame;
}

}  // namespace sim::cli
