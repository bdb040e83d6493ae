#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "sim/config/yaml_source.hpp"

namespace sim::launch {

/// A word of a command after its variables were filled in. A word out of a variable stands where the variable was set.
struct Word {
  std::string text;
  std::size_t offset = 0;  ///< in the source
};

/// What a shell script would run, as far as it can be known without running it.
struct Script {
  std::vector<std::vector<Word>> commands;             ///< in order, without assignments
  std::map<std::string, std::vector<Word>> variables;  ///< at the end
  std::vector<std::string> variable_order;             ///< as they were first set
  std::set<std::string> unset;                         ///< variables that are used and have no value
};

/// Walks through a script of bash: assignments, arrays, quotes, `${X}`, `${X:-default}`, `$((a * b))`, comments, lines
/// that go on after a backslash, `if` over comparisons of texts and numbers. Nothing is run: `$(command)`, `$1` and
/// variables of the environment are unset, but for `given`. Bodies of loops and functions are read once. Throws
/// InputError for `case`, for quotes and brackets that are not closed, and for variables that grow without end.
[[nodiscard]] Script read_script(const config::YamlSource& source, const std::map<std::string, std::string>& given);

}  // namespace sim::launch
