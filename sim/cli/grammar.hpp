#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace sim::cli {

/// An option or a positional argument, as the parser has it.
struct Parameter {
  std::vector<std::string> names;    ///< with their dashes; a positional has one without
  std::string value;                 ///< what stands for its value in a synopsis: FILE.yaml; empty for a flag
  std::string description;           ///< in one line
  std::vector<std::string> choices;  ///< the only values, where there are but a few
  bool takes_value = false;
  bool needs_value = false;  ///< false with takes_value: the value may be left out
  bool is_required = false;
  bool is_repeated = false;  ///< takes several values
};

struct Command {
  std::string name;  ///< of a part of another command both words: "import graph"
  std::string description;
  std::vector<Parameter> positionals;
  std::vector<Parameter> options;
  std::vector<Command> parts;  ///< of which one has to be named behind it
};

/// The command line as data: what completions and manual pages are made of.
struct Grammar {
  Command program;  ///< its options go with every command
  std::vector<Command> commands;
};

/// Reads the parser itself, so that nothing is said twice. Parameters of the hidden (empty) group are left out.
[[nodiscard]] Grammar grammar_of(const CLI::App& app);

/// All commands, each with its parts behind it.
[[nodiscard]] std::vector<Command> with_parts(const Grammar& grammar);

/// The names of commands that have parts, in order.
[[nodiscard]] std::vector<std::string> names_with_parts(const Grammar& grammar);

/// The words of a command as one, which is what its manual page is called behind "simulate-": "import-graph".
[[nodiscard]] std::string page_name(const Command& command);

/// What may stand for a value, from the words of Parameter::value: CHIP|FILE.yaml is a chip or a YAML file.
struct Values {
  std::vector<std::string> shelves;     ///< names that `simulate completion --names SHELF` lists
  std::vector<std::string> extensions;  ///< of files; "" for any file
};
[[nodiscard]] Values values_of(const Parameter& parameter);

/// Scripts that complete the command line in a shell: bash, zsh or fish.
[[nodiscard]] std::string bash_completion(const Grammar& grammar);
[[nodiscard]] std::string zsh_completion(const Grammar& grammar);
[[nodiscard]] std::string fish_completion(const Grammar& grammar);

/// The manual page (roff, section 1) of a command, or of the program for its own name.
[[nodiscard]] std::string manual_page(const Grammar& grammar, const Command& command);

}  // namespace sim::cli
