#pragma once

#include <cstddef>
#include <functional>
#include <vector>

namespace sim::validate {

/// Measurements and a model of them with a few factors that are 1 before anything is measured. Rows are measurements.
struct FitProblem {
  std::vector<double> measured;      ///< s, > 0
  std::vector<double> errors;        ///< standard deviation of log(predicted / measured) that the model may keep, > 0
  std::vector<double> prior_errors;  ///< by factor: standard deviation of log(factor) before the measurements, > 0
  std::vector<int> folds;            ///< by row: rows of one fold are held out together; empty: none are
  /// Seconds of one row under the factors. Called with the same factors for one row after another.
  std::function<double(std::size_t row, const std::vector<double>& factors)> predict;
};

/// What the measurements say about one factor.
struct FactorEstimate {
  double factor = 1;  ///< 1 exactly where it was not moved
  double error = 0;   ///< standard deviation of log(factor) that is left; the prior's where it was not moved
  bool moved = false;
};

struct FactorFit {
  std::vector<FactorEstimate> factors;
  std::vector<double> before, after;  ///< s, by row: without and with the factors
  std::vector<double> held_out;       ///< s, by row: with what the rows of other folds say; empty without folds
};

/// Minimises sum over rows of (log(predicted / measured) / error)^2 + sum over factors of (log(factor) / prior)^2 by
/// damped Gauss-Newton steps (Eigen). A factor that is left with 0.9 or more of its prior's error is held at 1, since
/// the rows cannot tell it, and so is the least certain one as long as there are as many factors as rows (but for a
/// single factor). Held-out rows come from the same choice and solution without their fold, on the last linearisation.
/// Source: maximum a posteriori of a log-normal model; docs/calibrate.md.
[[nodiscard]] FactorFit fit_factors(const FitProblem& problem);

}  // namespace sim::validate
