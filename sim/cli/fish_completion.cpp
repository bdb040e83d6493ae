#include <fmt/format.h>

#include "sim/cli/grammar.hpp"

namespace sim::cli {
namespace {

constexpr const char* kHead = R"~~(# Completion of simulate in fish, made by `simulate completion fish`.

# The command at hand with its part; a file instead of a command means run.
function __simulate_command
    set -l words (commandline -opc)
    set -l command
    for word in $words[2..-1]
        string match -q -- '-?*' $word; and continue
        set -a command $word
        if set -q command[2]; or not contains -- $word $__simulate_with_parts
            break
        end
    end
    switch "$command"
        case ''
            echo none
        case '*.*' '*/*' '-'
            echo run
        case '*'
            echo "$command"
    end
end

function __simulate_is
    test (__simulate_command) = "$argv"
end

function __simulate_names
    set -l words (commandline -opc)
    $words[1] completion --names $argv[1] 2>/dev/null
end

complete -c simulate -f
complete -c simulate -n '__simulate_is none' -k -a '(__fish_complete_suffix .yaml)'
)~~";

std::string quoted(const std::string& text) {
  std::string result = "'";
  for (const char c : text) result += c == '\'' || c == '\\' ? std::string("\\") + c : std::string(1, c);
  return result + "'";
}

std::string offers(const Parameter& parameter) {
  std::string words;
  for (const std::string& choice : parameter.choices) words += (words.empty() ? "" : " ") + choice;
  const Values values = values_of(parameter);
  for (const std::string& shelf : values.shelves)
    words += (words.empty() ? "" : " ") + ("(__simulate_names " + shelf + ")");
  for (const std::string& extension : values.extensions) {
    words += words.empty() ? "" : " ";
    words += extension.empty() ? "(__fish_complete_path)" : "(__fish_complete_suffix ." + extension + ")";
  }
  return words;
}

std::string option_lines(const Command& command, const std::string& condition) {
  std::string text;
  for (const Parameter& option : command.options) {
    text += "complete -c simulate" + condition;
    for (const std::string& name : option.names) {
      const bool is_long = name.rfind("--", 0) == 0;
      text += (is_long ? " -l " : " -s ") + name.substr(is_long ? 2 : 1);
    }
    if (option.needs_value) {
      const std::string offered = offers(option);
      text += " -x" + (offered.empty() ? "" : " -a " + quoted(offered));
    }
    text += " -d " + quoted(option.description) + "\n";
  }
  return text;
}

}  // namespace

std::string fish_completion(const Grammar& grammar) {
  std::string text = kHead;
  text += "set -g __simulate_with_parts";
  for (const std::string& name : names_with_parts(grammar)) text += " " + name;
  text += "\n" + option_lines(grammar.program, "");
  for (const Command& command : grammar.commands) {
    text += fmt::format("complete -c simulate -n '__simulate_is none' -a {} -d {}\n", command.name,
                        quoted(command.description));
  }
  for (const Command& command : with_parts(grammar)) {
    const std::string condition = " -n '__simulate_is " + command.name + "'";
    for (const Parameter& positional : command.positionals) {
      const std::string offered = offers(positional);
      if (!offered.empty()) text += "complete -c simulate" + condition + " -k -a " + quoted(offered) + "\n";
    }
    text += option_lines(command, condition);
  }
  return text;
}

}  // namespace sim::cli
