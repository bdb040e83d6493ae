#include "sim/validate/factor_fit.hpp"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <set>

#include "sim/base/error.hpp"

namespace sim::validate {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr double kStep = 0.01;         // of log(factor), for derivatives
constexpr double kUndetermined = 0.9;  // posterior over prior error from which on a factor is held
constexpr double kConverged = 1e-5;    // of log(factor)
constexpr int kMostSteps = 12;
constexpr int kMostHalvings = 6;

Index size_of(const std::vector<double>& list) {
  return static_cast<Index>(list.size());
}

std::vector<double> factors_of(const VectorXd& logs) {
  std::vector<double> factors;
  for (const double log : logs) factors.push_back(std::exp(log));
  return factors;
}

std::vector<double> predict(const FitProblem& problem, const VectorXd& logs) {
  const std::vector<double> factors = factors_of(logs);
  std::vector<double> seconds;
  for (std::size_t row = 0; row < problem.measured.size(); ++row) seconds.push_back(problem.predict(row, factors));
  return seconds;
}

// log(predicted / measured) over the error of each row.
VectorXd misses(const FitProblem& problem, const VectorXd& logs) {
  const std::vector<double> seconds = predict(problem, logs);
  VectorXd result(size_of(seconds));
  for (std::size_t row = 0; row < seconds.size(); ++row) {
    result[static_cast<Index>(row)] = std::log(seconds[row] / problem.measured[row]) / problem.errors[row];
  }
  return result;
}

/// Misses as a linear function of the logs of the factors, in units of each prior's error: misses + slopes (x - at).
struct Linear {
  VectorXd at;
  VectorXd misses;
  MatrixXd slopes;
};

VectorXd priors(const FitProblem& problem) {
  return Eigen::Map<const VectorXd>(problem.prior_errors.data(), size_of(problem.prior_errors));
}

Linear linearise(const FitProblem& problem, const VectorXd& scaled) {
  const VectorXd prior = priors(problem);
  Linear linear{scaled, misses(problem, scaled.cwiseProduct(prior)), {}};
  linear.slopes = MatrixXd::Zero(linear.misses.size(), scaled.size());
  for (Index j = 0; j < scaled.size(); ++j) {
    VectorXd moved = scaled;
    moved[j] += kStep / prior[j];
    linear.slopes.col(j) = (misses(problem, moved.cwiseProduct(prior)) - linear.misses) * (prior[j] / kStep);
  }
  return linear;
}

/// Solution of a linear problem over some rows.
struct Solution {
  VectorXd scaled;          // logs over prior errors; 0 where held
  VectorXd left;            // posterior over prior error; 1 where held
  std::vector<Index> free;  // factors that move
};

Linear rows_of(const Linear& linear, const std::vector<Index>& rows) {
  Linear some{linear.at, VectorXd(static_cast<Index>(rows.size())),
              MatrixXd(static_cast<Index>(rows.size()), linear.at.size())};
  for (std::size_t i = 0; i < rows.size(); ++i) {
    some.misses[static_cast<Index>(i)] = linear.misses[rows[i]];
    some.slopes.row(static_cast<Index>(i)) = linear.slopes.row(rows[i]);
  }
  return some;
}

Solution solve(const Linear& linear, const std::vector<Index>& free) {
  const auto count = static_cast<Index>(free.size());
  MatrixXd slopes(linear.misses.size(), count);
  for (Index j = 0; j < count; ++j) slopes.col(j) = linear.slopes.col(free[static_cast<std::size_t>(j)]);
  const VectorXd at_one = linear.misses - linear.slopes * linear.at;  // the others are held at 1
  const MatrixXd normal = slopes.transpose() * slopes + MatrixXd::Identity(count, count);
  const VectorXd best = normal.ldlt().solve(-slopes.transpose() * at_one);
  const VectorXd left = normal.inverse().diagonal().cwiseMax(0).cwiseSqrt();
  Solution solution{VectorXd::Zero(linear.at.size()), VectorXd::Ones(linear.at.size()), free};
  for (Index j = 0; j < count; ++j) {
    solution.scaled[free[static_cast<std::size_t>(j)]] = best[j];
    solution.left[free[static_cast<std::size_t>(j)]] = left[j];
  }
  return solution;
}

// Holds the least certain factor, one after another, while the rows cannot tell it or are too few.
Solution solve_what_rows_tell(const Linear& linear) {
  std::vector<Index> free;
  for (Index j = 0; j < linear.at.size(); ++j) free.push_back(j);
  const std::size_t most = static_cast<std::size_t>(std::max<Index>(1, linear.misses.size() - 1));
  while (true) {
    Solution solution = solve(linear, free);
    const auto worst = std::max_element(free.begin(), free.end(),
                                        [&](Index a, Index b) { return solution.left[a] < solution.left[b]; });
    if (free.empty() || (free.size() <= most && solution.left[*worst] < kUndetermined)) return solution;
    free.erase(worst);
  }
}

double objective(const VectorXd& misses, const VectorXd& scaled) {
  return misses.squaredNorm() + scaled.squaredNorm();
}

// Gauss-Newton from the catalogue's values; what may move is chosen there. Returns the last linearisation.
Linear descend(const FitProblem& problem, Solution& solution) {
  const VectorXd prior = priors(problem);
  Linear linear = linearise(problem, VectorXd::Zero(prior.size()));
  solution = solve_what_rows_tell(linear);
  for (int step = 0; step < kMostSteps; ++step) {
    VectorXd next = solution.scaled;
    const double now = objective(linear.misses, linear.at);
    for (int halving = 0; halving < kMostHalvings; ++halving) {
      if (objective(misses(problem, next.cwiseProduct(prior)), next) <= now) break;
      next = 0.5 * (linear.at + next);
    }
    const double moved = (next - linear.at).cwiseProduct(prior).lpNorm<Eigen::Infinity>();
    const bool is_better = objective(misses(problem, next.cwiseProduct(prior)), next) <= now;
    if (is_better) linear = linearise(problem, next);
    if (!is_better || moved < kConverged) break;
    solution = solve(linear, solution.free);
  }
  return linear;
}

// Errors of correlated misses are larger than independent rows would leave: scaled as chi squared over its freedom.
double spread(const Linear& linear, const Solution& solution) {
  const double freedom = static_cast<double>(linear.misses.size()) - static_cast<double>(solution.free.size());
  return freedom > 0 ? std::sqrt(std::max(1.0, linear.misses.squaredNorm() / freedom)) : 1.0;
}

std::vector<double> predict_held_out(const FitProblem& problem, const Linear& linear) {
  std::vector<double> held_out(problem.folds.size());
  for (const int fold : std::set<int>(problem.folds.begin(), problem.folds.end())) {
    std::vector<Index> others;
    for (std::size_t row = 0; row < problem.folds.size(); ++row) {
      if (problem.folds[row] != fold) others.push_back(static_cast<Index>(row));
    }
    const Solution solution = solve_what_rows_tell(rows_of(linear, others));
    const std::vector<double> factors = factors_of(solution.scaled.cwiseProduct(priors(problem)));
    for (std::size_t row = 0; row < problem.folds.size(); ++row) {
      if (problem.folds[row] == fold) held_out[row] = problem.predict(row, factors);
    }
  }
  return held_out;
}

}  // namespace

FactorFit fit_factors(const FitProblem& problem) {
  check(!problem.measured.empty() && problem.errors.size() == problem.measured.size(), "a fit needs rows with errors");
  check(problem.folds.empty() || problem.folds.size() == problem.measured.size(), "every row has a fold, or none");
  Solution solution;
  const Linear linear = descend(problem, solution);
  const VectorXd prior = priors(problem);
  FactorFit fit;
  fit.before = predict(problem, VectorXd::Zero(prior.size()));
  fit.after = predict(problem, linear.at.cwiseProduct(prior));
  if (!problem.folds.empty()) fit.held_out = predict_held_out(problem, linear);
  const Solution there = solve(linear, solution.free);
  for (Index j = 0; j < prior.size(); ++j) {
    const bool moved = std::count(there.free.begin(), there.free.end(), j) > 0;
    const double left = moved ? std::min(1.0, there.left[j] * spread(linear, there)) : 1.0;
    fit.factors.push_back({moved ? std::exp(linear.at[j] * prior[j]) : 1.0, left * prior[j], moved});
  }
  return fit;
}

}  // namespace sim::validate
