#include "sim/cli/rule_option.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>

#include "sim/base/error.hpp"
#include "sim/config/catalog.hpp"
#include "sim/config/describe_campaign.hpp"

namespace sim::cli {

void add_rule_options(CLI::App& command, RuleOptions& options) {
  CLI::Option* rule = command.add_option("--rule", options.rules,
                                         "rule of the catalogue or a file of your own; may be given several times");
  rule->type_name("RULE|FILE.yaml")->allow_extra_args(false);
  command.add_option("--on", options.on, "all rules of the catalogue that are in force on this date")
      ->type_name("DATE")
      ->excludes(rule);
  command.add_option("--destination", options.destination, "where the parts go (default: china)");
}

std::vector<policy::Rule> chosen_rules(const RuleOptions& options) {
  if (!options.on.empty()) {
    if (!config::parse_date(options.on)) {
      throw InputError("--on: expected a date between 1970 and 2200, not " + options.on, "for example 2023-11-17");
    }
    return config::rules_in_force(options.on);
  }
  std::vector<policy::Rule> rules;
  for (const std::string& id : options.rules) {
    rules.push_back(config::load_rule(id));
    const bool is_twice =
        std::any_of(rules.begin(), rules.end() - 1, [&](const auto& rule) { return rule.id == rules.back().id; });
    if (is_twice) throw InputError("--rule: two rules have the id " + rules.back().id, "name each once");
  }
  return rules;
}

std::string destination_of(const RuleOptions& options, const std::vector<policy::Rule>& rules) {
  const std::string destination = options.destination.empty() ? config::kUsualDestination : options.destination;
  config::check_destination(destination, rules, "--destination");
  return destination;
}

}  // namespace sim::cli
