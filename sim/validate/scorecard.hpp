#pragma once

#include <string>
#include <vector>

#include "sim/validate/residual_table.hpp"
#include "sim/validate/timing_table.hpp"
#include "sim/validate/validate.hpp"

namespace sim::validate {

/// One figure that the project set itself, and what it is now. Fractions, but for rank correlation.
struct Score {
  std::string what;
  double value = 0;
  double aim = 0;
  bool more_is_better = false;
  [[nodiscard]] bool met() const { return more_is_better ? value >= aim : value <= aim; }
};

/// Scores of the fits, from validation/residuals.csv: in sample, with each family left out, with each chip generation
/// left out, with nothing fitted but the host time; and the share of runs inside their intervals. Empty without rows.
[[nodiscard]] std::vector<Score> fit_scores(const std::vector<ResidualRow>& rows);

/// Scores of a validation with the constants as they ship: by chip, on records that are not well specified, in order of
/// strategies, and on the slopes of the one-node grid. Only those that the records have.
[[nodiscard]] std::vector<Score> run_scores(const Validation& validation);

/// Median errors of single kernels by number format, and of collectives of 1 MiB and more by age of their library.
[[nodiscard]] std::vector<Score> table_scores(const TimingTable& kernels, const TimingTable& collectives);

}  // namespace sim::validate
