#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sim/cli/command.hpp"
#include "sim/report/condition.hpp"
#include "sim/report/study_report.hpp"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace sim::cli {

/// --fail-if of a sweep; empty: none.
using Condition = std::optional<report::Condition>;

CLI::Option* add_condition_option(CLI::App& command, std::string& text);
[[nodiscard]] Condition condition_of(const std::string& text);

/// Throws InputError where the condition has a name of which an answered row knows nothing: a misspelt one is worth no
/// further point.
void check_names(const Condition& condition, const std::string& row);

/// 4 where the condition holds of a point, else 1 where a point failed, else 0. Says on standard error which points
/// these are, and of how many the condition could not be decided.
[[nodiscard]] int study_exit_code(const std::vector<report::StudyPoint>& points, const Condition& condition,
                                  const CommonOptions& common);

}  // namespace sim::cli
