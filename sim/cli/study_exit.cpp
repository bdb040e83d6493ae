#include "sim/cli/study_exit.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <set>

#include "sim/base/error.hpp"
#include "sim/sweep/row.hpp"

namespace sim::cli {
namespace {

// What passes because nothing is known of it is said: a check that never looks is worse than none.
void say_undecided(const std::vector<report::StudyPoint>& points, const report::Condition& condition) {
  std::set<std::string> names;
  std::int64_t count = 0;
  for (const report::StudyPoint& point : points) {
    if (!point.ok()) continue;
    const std::vector<std::string> unknown = condition.unknown(point.numbers, point.nulls);
    names.insert(unknown.begin(), unknown.end());
    if (!unknown.empty()) ++count;
  }
  if (count == 0) return;
  std::cerr << fmt::format("--fail-if: {} not known at {} of {} points: comparisons with it do not hold there\n",
                           fmt::join(names, ", "), count, points.size());
}

}  // namespace

CLI::Option* add_condition_option(CLI::App& command, std::string& text) {
  return command.add_option("--fail-if", text, "exit with 4 if this holds of a point: 'days.p50 > 120'")
      ->type_name("CONDITION");
}

Condition condition_of(const std::string& text) {
  return text.empty() ? std::nullopt : Condition(std::in_place, text);
}

void check_names(const Condition& condition, const std::string& row) {
  if (!condition || !sweep::is_answered(row)) return;
  (void)condition->held(report::numbers_of(row), report::nulls_of(row));
}

int study_exit_code(const std::vector<report::StudyPoint>& points, const Condition& condition,
                    const CommonOptions& common) {
  if (condition && !common.quiet) say_undecided(points, *condition);
  // Points that are infeasible are answers too: a shard of nothing else must not stop the merge that waits for it.
  const auto failed = std::count_if(points.begin(), points.end(), [](const auto& p) { return p.status == "failed"; });
  if (failed > 0)
    std::cerr << fmt::format("{} of {} points failed, by a fault of this program\n", failed, points.size());
  for (const report::StudyPoint& point : points) {
    const std::string held = condition && point.ok() ? condition->held(point.numbers, point.nulls) : "";
    if (held.empty()) continue;
    std::cerr << fmt::format("--fail-if: point {} ({}): {}\n", point.index, report::place_text(point), held);
    return static_cast<int>(ExitCode::condition_held);
  }
  return static_cast<int>(failed > 0 ? ExitCode::internal : ExitCode::done);
}

}  // namespace sim::cli
