#include <algorithm>
#include <set>

#include "sim/base/error.hpp"
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

void check_destination(const std::string& destination, const std::vector<policy::Rule>& rules,
                       const std::string& where) {
  std::set<std::string> names;
  const auto add = [&names](const policy::Rule& rule) {
    names.insert(rule.destinations.begin(), rule.destinations.end());
  };
  std::for_each(rules.begin(), rules.end(), add);
  for (const std::string& id : catalog_ids("rules")) add(load_rule(id));
  if (names.count(destination) > 0) return;
  std::string all;
  for (const std::string& name : names) all += (all.empty() ? "" : ", ") + name;
  throw InputError(where + ": no rule names " + destination, "there are " + all);
}

}  // namespace sim::config
