#pragma once

#include <string>
#include <vector>

#include "sim/policy/rule.hpp"

namespace CLI {
class App;
}

namespace sim::cli {

/// Which export rules a command asks.
struct RuleOptions {
  std::vector<std::string> rules;
  std::string on;           ///< all that are in force on a date
  std::string destination;  ///< empty: the usual one
};

/// --rule, --on and --destination.
void add_rule_options(CLI::App& command, RuleOptions& options);

/// The rules that were named or are in force on the date; empty where neither was given. Throws InputError for what is
/// no date, no rule, no destination, or named twice.
[[nodiscard]] std::vector<policy::Rule> chosen_rules(const RuleOptions& options);

/// Where the parts go. Throws InputError for a destination that no rule names.
[[nodiscard]] std::string destination_of(const RuleOptions& options, const std::vector<policy::Rule>& rules);

}  // namespace sim::cli
