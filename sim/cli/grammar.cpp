#include "sim/cli/grammar.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <map>
#include <sstream>

namespace sim::cli {
namespace {

std::vector<std::string> pieces(const std::string& text, char separator) {
  std::vector<std::string> found;
  std::istringstream stream(text);
  for (std::string piece; std::getline(stream, piece, separator);) found.push_back(piece);
  return found;
}

// CLI11 writes its checks behind the type: "ENUM:{en->0,zh->1}", "TEXT:value in {a->0} OR {0}", "INT:INT in [1 - 16]".
std::vector<std::string> choices_of(const std::string& type) {
  const std::size_t open = type.find('{', type.find(':')), close = type.find('}');
  std::vector<std::string> choices;
  if (open == std::string::npos || close == std::string::npos) return choices;
  for (const std::string& piece : pieces(type.substr(open + 1, close - open - 1), ',')) {
    choices.push_back(piece.substr(0, piece.find("->")));
  }
  return choices;
}

Parameter parameter_of(const CLI::Option& option) {
  Parameter made;
  const std::string type = option.get_type_name();
  made.takes_value = option.get_items_expected_max() > 0;
  made.needs_value = option.get_items_expected_min() > 0;
  if (made.takes_value) made.value = type.substr(0, type.find(':'));
  made.choices = choices_of(type);
  if (!made.choices.empty() && (made.value == "ENUM" || made.value == "TEXT")) {
    made.value = made.choices.front();
    for (std::size_t i = 1; i < made.choices.size(); ++i) made.value += "|" + made.choices[i];
  }
  made.description = option.get_description();
  std::replace(made.description.begin(), made.description.end(), '\n', ' ');
  made.is_required = option.get_required();
  made.is_repeated = option.get_items_expected_max() > 1;
  if (option.get_positional()) {
    made.names = {option.get_name(true)};
    return made;
  }
  for (const std::string& name : option.get_snames()) made.names.push_back("-" + name);
  for (const std::string& name : option.get_lnames()) made.names.push_back("--" + name);
  return made;
}

// The parts of a command that has some, such as `import`, as the word that comes first behind it.
Parameter part_of(const CLI::App& app) {
  Parameter made;
  made.names = {"part"};
  made.takes_value = made.needs_value = made.is_required = true;
  for (const CLI::App* part : app.get_subcommands({})) {
    made.choices.push_back(part->get_name());
    made.value += (made.value.empty() ? "" : "|") + part->get_name();
    made.description += (made.description.empty() ? "" : "; ") + part->get_name() + ": " + part->get_description();
  }
  return made;
}

// Without the options that go with every command, which are the program's own.
Command command_of(const CLI::App& app, const std::string& name) {
  Command made{name, app.get_description(), {}, {}, {}};
  if (app.get_parent() != nullptr && !app.get_subcommands({}).empty()) {
    made.positionals.push_back(part_of(app));
    for (const CLI::App* part : app.get_subcommands({}))
      made.parts.push_back(command_of(*part, name + " " + part->get_name()));
  }
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_group().empty() || (app.get_parent() != nullptr && option == app.get_help_ptr())) continue;
    (option->get_positional() ? made.positionals : made.options).push_back(parameter_of(*option));
  }
  return made;
}

}  // namespace

Grammar grammar_of(const CLI::App& app) {
  Grammar grammar{command_of(app, app.get_name()), {}};
  for (const CLI::App* command : app.get_subcommands({})) {
    grammar.commands.push_back(command_of(*command, command->get_name()));
  }
  return grammar;
}

std::vector<Command> with_parts(const Grammar& grammar) {
  std::vector<Command> all;
  for (const Command& command : grammar.commands) {
    all.push_back(command);
    all.insert(all.end(), command.parts.begin(), command.parts.end());
  }
  return all;
}

std::vector<std::string> names_with_parts(const Grammar& grammar) {
  std::vector<std::string> names;
  for (const Command& command : grammar.commands) {
    if (!command.parts.empty()) names.push_back(command.name);
  }
  return names;
}

std::string page_name(const Command& command) {
  std::string name = command.name;
  std::replace(name.begin(), name.end(), ' ', '-');
  return name;
}

Values values_of(const Parameter& parameter) {
  static const std::map<std::string, std::string> kShelves{
      {"CHIP", "chips"},         {"MODEL", "models"},     {"RULE", "rules"},    {"TOPOLOGY", "topologies"},
      {"SCHEDULE", "schedules"}, {"COMMAND", "commands"}, {"AXIS,...", "axes"}, {"CHIP,...", "chips"},
  };
  Values values;
  for (const std::string& word : pieces(parameter.value, '|')) {
    if (word.rfind("FILE", 0) == 0) {
      const std::size_t dot = word.find('.');
      values.extensions.push_back(dot == std::string::npos ? "" : word.substr(dot + 1));
    } else if (const auto shelf = kShelves.find(word); shelf != kShelves.end()) {
      values.shelves.push_back(shelf->second);
    }
  }
  return values;
}

}  // namespace sim::cli
