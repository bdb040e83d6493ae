#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "sim/config/yaml_source.hpp"
#include "sim/launch/shell_script.hpp"

namespace sim::launch {

/// Long options of a command with their values, as argparse of Python reads them: the last one of a name counts. Names
/// are without dashes in front, and with dashes for underscores.
class Arguments {
 public:
  /// Those of the command that trains: of those with --num-layers the one with most options, else all commands that are
  /// nothing but options, else all variables that hold options. Throws InputError where there is none.
  Arguments(const config::YamlSource& source, Script script);

  [[nodiscard]] bool has(const std::string& name);
  /// Throws InputError for what is no whole number from `least` to 1e15, and for an option without a value.
  [[nodiscard]] std::optional<std::int64_t> whole(const std::string& name, std::int64_t least = 0);
  [[nodiscard]] std::int64_t whole_or(const std::string& name, std::int64_t otherwise, std::int64_t least = 0);
  [[nodiscard]] std::optional<double> number(const std::string& name);
  /// The first value; empty where the option is not given or has none.
  [[nodiscard]] std::string text(const std::string& name);
  [[nodiscard]] std::vector<std::string> texts(const std::string& name);

  /// A variable of the script that is a whole number.
  [[nodiscard]] std::optional<std::int64_t> variable(const std::string& name) const;

  /// Throws InputError at the option, or at the file where it is not given.
  [[noreturn]] void refuse(const std::string& name, const std::string& message, const std::string& hint = "") const;

  /// Options that nobody has asked for, in the order of their names.
  [[nodiscard]] std::vector<std::string> unasked() const;

  /// What of the script counts for nothing, for people: variables without a value, files that it sources.
  [[nodiscard]] std::vector<std::string> script_notes() const;

 private:
  struct Option {
    std::vector<std::string> values;
    std::size_t offset = 0;
  };

  void read(const std::vector<Word>& words);
  [[nodiscard]] const Option* find(const std::string& name);
  [[nodiscard]] std::string unset_names() const;
  [[nodiscard]] std::string unset_hint() const;

  const config::YamlSource& source_;
  Script script_;
  std::map<std::string, Option> options_;
  std::set<std::string> asked_;
};

}  // namespace sim::launch
