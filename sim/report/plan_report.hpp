#pragma once

#include <string>
#include <vector>

#include "sim/iteration/job.hpp"
#include "sim/plan/search.hpp"

namespace sim::report {

/// What `simulate plan` prints.
struct PlanAnswer {
  const iteration::Job* job = nullptr;
  const plan::SearchResult* search = nullptr;
  std::vector<std::string> fixed;  ///< axes that were not searched
};

/// The best strategies as a table, the first as YAML to put into the scenario, and what the search saw.
[[nodiscard]] std::string plan_text(const PlanAnswer& answer);
[[nodiscard]] std::string plan_json(const PlanAnswer& answer);

/// A strategy as the keys of `parallel` in a scenario, on one line: "{tp: 8, pp: 15, ...}".
[[nodiscard]] std::string strategy_yaml(const parallel::Strategy& strategy);

}  // namespace sim::report
