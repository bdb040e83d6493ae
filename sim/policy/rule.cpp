#include "sim/policy/rule.hpp"

#include <algorithm>

namespace sim::policy {

const std::vector<std::string>& status_names() {
  static const std::vector<std::string> names{"not_controlled", "licence_exception", "case_by_case", "controlled",
                                              "unknown"};
  return names;
}

const std::string& status_name(Status status) {
  return status_names()[static_cast<std::size_t>(status)];
}

bool is_in_force(const Rule& rule, const std::string& date) {
  return rule.from <= date && (rule.until.empty() || date <= rule.until);
}

bool reaches(const Rule& rule, const std::string& destination) {
  const std::vector<std::string>& all = rule.destinations;
  return all.empty() || std::find(all.begin(), all.end(), destination) != all.end();
}

}  // namespace sim::policy
