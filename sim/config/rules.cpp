#include <algorithm>
#include <iterator>
#include <set>

#include "sim/config/catalog.hpp"

namespace sim::config {

std::vector<policy::Rule> rules_in_force(const std::string& date) {
  std::vector<policy::Rule> rules;
  for (const std::string& id : catalog_ids("rules")) {
    policy::Rule rule = load_rule(id);
    if (!rule.hypothetical && policy::is_in_force(rule, date)) rules.push_back(std::move(rule));
  }
  std::stable_sort(rules.begin(), rules.end(), [](const auto& a, const auto& b) { return a.from < b.from; });
  return rules;
}

std::vector<std::string> known_destinations(const std::vector<policy::Rule>& rules) {
  std::set<std::string> names;
  for (const policy::Rule& rule : rules) names.insert(rule.destinations.begin(), rule.destinations.end());
  for (const std::string& id : catalog_ids("rules")) {
    const policy::Rule rule = load_rule(id);
    names.insert(rule.destinations.begin(), rule.destinations.end());
  }
  return {names.begin(), names.end()};
}

}  // namespace sim::config
