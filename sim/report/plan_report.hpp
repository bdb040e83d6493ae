#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sim/iteration/job.hpp"
#include "sim/plan/match.hpp"
#include "sim/plan/search.hpp"
#include "sim/validate/interval.hpp"

namespace sim::report {

/// What `simulate plan` prints.
struct PlanAnswer {
  const iteration::Job* job = nullptr;
  const plan::SearchResult* search = nullptr;
  std::vector<std::string> fixed;  ///< axes that were not searched
  plan::Goal goal = plan::Goal::days;
};

/// The best strategies as a table, the first as YAML to put into the scenario, and what the search saw.
[[nodiscard]] std::string plan_text(const PlanAnswer& answer);
[[nodiscard]] std::string plan_json(const PlanAnswer& answer);

/// What `simulate match` prints. Intervals: of the two predictions, where measured runs give one.
struct MatchAnswer {
  const iteration::Job* job = nullptr;
  const iteration::Job* like = nullptr;
  const plan::Match* match = nullptr;
  plan::By by = plan::By::days;
  std::optional<validate::Interval> own_interval, like_interval;
};

/// The number of chips with its range, the strategies behind it, and the numbers that equal one rate each. The range:
/// the number grows as one prediction's error over the other's, both at once by the larger of P10 and P90.
[[nodiscard]] std::string match_text(const MatchAnswer& answer);
[[nodiscard]] std::string match_json(const MatchAnswer& answer);

/// A strategy as the keys of `parallel` in a scenario, on one line: "{tp: 8, pp: 15, ...}".
[[nodiscard]] std::string strategy_yaml(const parallel::Strategy& strategy);

}  // namespace sim::report
