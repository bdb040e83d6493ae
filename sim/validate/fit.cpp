#include "sim/validate/fit.hpp"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <set>

#include "sim/iteration/simulate.hpp"
#include "sim/validate/record_job.hpp"
#include "sim/validate/refusal.hpp"
#include "sim/validate/regime.hpp"

namespace sim::validate {
namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr double kResidualScale = 0.06;  // of log(predicted / measured), where the loss turns from square to linear
constexpr double kFamilyPower = -0.35;
constexpr double kStep = 0.03;  // of log(factor), for derivatives
constexpr int kGaussNewtonSteps = 3;
constexpr int kReweightings = 30;

/// The records that can be simulated, with the catalogue's constants before any fit.
class Runs {
 public:
  Runs(const std::vector<Record>& records, const std::vector<SharedConstant>& constants,
       const std::function<void(std::size_t)>& progress)
      : constants_(constants), progress_(progress) {
    for (const Record& record : records) {
      const auto refused = refusal_of([&] {
        iteration::Job job = make_job(record, config::Constants::unfitted);
        const iteration::IterationResult step = iteration::simulate(job, kOptions);
        jobs.push_back(std::move(job));
        rows.push_back({.id = record.id,
                        .chip = record.chip,
                        .generation = jobs.back().fleet.front().kernels.id,
                        .family = record.family,
                        .regime = regime_name(regime_of(step.pacing.staves)),
                        .well_specified = record.well_specified,
                        .measured_seconds = record.iteration_seconds});
      });
      if (!refused && record.well_specified) ++families[record.family];
      tell();
    }
  }

  [[nodiscard]] double seconds(std::size_t row, const VectorXd& logs) const {
    iteration::Job job = jobs[row];
    for (std::size_t j = 0; j < constants_.size(); ++j) {
      scale(job, constants_[j], std::exp(logs[static_cast<Eigen::Index>(j)]));
    }
    tell();
    return iteration::simulate(job, kOptions).seconds.value();
  }

  [[nodiscard]] bool depends(std::size_t row, std::size_t constant) const {
    iteration::Job job = jobs[row];
    return scale(job, constants_[constant], 1);
  }

  /// Files of the constant's shelf that well-specified runs use.
  [[nodiscard]] std::set<std::string> files_seen(const SharedConstant& constant) const {
    std::set<std::string> seen;
    for (std::size_t row = 0; row < rows.size(); ++row) {
      if (rows[row].well_specified) seen.merge(files_used(jobs[row], constant));
    }
    return seen;
  }

  std::vector<iteration::Job> jobs;
  std::vector<ResidualRow> rows;
  std::map<std::string, int> families;  // well-specified records of each

 private:
  void tell() const {
    if (progress_) progress_(++simulated_);
  }

  static constexpr iteration::Options kOptions{.fold = true, .check_memory = false, .check_stability = false};
  const std::vector<SharedConstant>& constants_;
  const std::function<void(std::size_t)>& progress_;
  mutable std::size_t simulated_ = 0;
};

/// log(predicted / measured) of the well-specified rows, linear about a point.
struct Linearised {
  std::vector<std::size_t> rows;
  VectorXd at;         // logs of the factors
  VectorXd residuals;  // there
  MatrixXd slopes;     // by row and constant
  VectorXd weights;    // by row
};

Linearised linearise(const Runs& runs, const VectorXd& at) {
  Linearised linear;
  for (std::size_t row = 0; row < runs.rows.size(); ++row) {
    if (runs.rows[row].well_specified) linear.rows.push_back(row);
  }
  const auto count = static_cast<Eigen::Index>(linear.rows.size());
  linear.at = at;
  linear.residuals = VectorXd::Zero(count);
  linear.weights = VectorXd::Zero(count);
  linear.slopes = MatrixXd::Zero(count, at.size());
  for (Eigen::Index i = 0; i < count; ++i) {
    const std::size_t row = linear.rows[static_cast<std::size_t>(i)];
    const double seconds = runs.seconds(row, at);
    linear.residuals[i] = std::log(seconds / runs.rows[row].measured_seconds);
    linear.weights[i] = std::pow(runs.families.at(runs.rows[row].family), kFamilyPower);
    for (Eigen::Index j = 0; j < at.size(); ++j) {
      if (!runs.depends(row, static_cast<std::size_t>(j))) continue;
      VectorXd moved = at;
      moved[j] += kStep;
      linear.slopes(i, j) = std::log(runs.seconds(row, moved) / seconds) / kStep;
    }
  }
  return linear;
}

struct Solution {
  VectorXd logs;
  VectorXd errors;  // posterior standard deviations
};

using Counts = std::function<bool(const ResidualRow&)>;

bool every_row(const ResidualRow&) {
  return true;
}

// Reweighted least squares on one linearisation over the rows that count. Constants that are not `free` stay at the
// catalogue's values, where the linearisation then has to stand.
Solution solve(const Linearised& linear, const Runs& runs, const VectorXd& prior_errors, const std::vector<bool>& free,
               const Counts& counts) {
  const Eigen::Index count = linear.at.size();
  VectorXd logs = linear.at;
  MatrixXd normal;
  for (int round = 0; round < kReweightings; ++round) {
    const VectorXd predicted = linear.residuals + linear.slopes * (logs - linear.at);
    normal = MatrixXd::Zero(count, count);
    VectorXd right = VectorXd::Zero(count);
    for (Eigen::Index i = 0; i < predicted.size(); ++i) {
      if (!counts(runs.rows[linear.rows[static_cast<std::size_t>(i)]])) continue;
      const double x = predicted[i] / kResidualScale;
      const double weight = linear.weights[i] / std::sqrt(1 + x * x) / (kResidualScale * kResidualScale);
      const VectorXd slope = linear.slopes.row(i).transpose();
      normal += weight * slope * slope.transpose();
      right += weight * slope * (slope.dot(linear.at) - linear.residuals[i]);
    }
    for (Eigen::Index j = 0; j < count; ++j) {
      normal(j, j) += 1 / (prior_errors[j] * prior_errors[j]);
      if (free[static_cast<std::size_t>(j)]) continue;
      normal.row(j).setZero();
      normal.col(j).setZero();
      normal(j, j) = 1;
      right[j] = linear.at[j];
    }
    logs = normal.ldlt().solve(right);
  }
  return {logs, normal.inverse().diagonal().cwiseMax(0).cwiseSqrt()};
}

std::vector<bool> host_times(const std::vector<SharedConstant>& constants) {
  std::vector<bool> free;
  for (const SharedConstant& constant : constants) {
    free.push_back(constant.shelf == "software" && constant.keys.front() == "host_time_per_layer_pass");
  }
  return free;
}

// Simulates every row by the factors that are found without the rows of its group (`group_of`).
void predict_left_out(Runs& runs, const std::function<VectorXd(const Counts&)>& solve_over,
                      std::string ResidualRow::*group_of, double ResidualRow::*seconds,
                      std::vector<FittedConstant>& constants) {
  std::map<std::string, VectorXd> by_group;
  for (std::size_t row = 0; row < runs.rows.size(); ++row) {
    const std::string& group = runs.rows[row].*group_of;
    if (by_group.count(group) == 0) {
      const VectorXd logs = solve_over([&](const ResidualRow& other) { return other.*group_of != group; });
      for (std::size_t j = 0; j < constants.size(); ++j) {
        const double factor = std::exp(logs[static_cast<Eigen::Index>(j)]);
        constants[j].least = std::min(constants[j].least, factor);
        constants[j].most = std::max(constants[j].most, factor);
      }
      by_group.emplace(group, logs);
    }
    runs.rows[row].*seconds = runs.seconds(row, by_group.at(group));
  }
}

}  // namespace

Fit fit_constants(const std::vector<Record>& records, const std::vector<SharedConstant>& constants,
                  const std::function<void(std::size_t)>& progress) {
  Runs runs(records, constants, progress);
  const auto count = static_cast<Eigen::Index>(constants.size());
  VectorXd prior_errors(count);
  for (Eigen::Index j = 0; j < count; ++j) prior_errors[j] = constants[static_cast<std::size_t>(j)].prior_error;
  const std::vector<bool> all(constants.size(), true);

  Linearised linear = linearise(runs, VectorXd::Zero(count));
  const VectorXd physics = solve(linear, runs, prior_errors, host_times(constants), every_row).logs;
  Solution solution = solve(linear, runs, prior_errors, all, every_row);
  for (int step = 1; step < kGaussNewtonSteps; ++step) {
    linear = linearise(runs, solution.logs);
    solution = solve(linear, runs, prior_errors, all, every_row);
  }

  Fit fit;
  for (Eigen::Index j = 0; j < count; ++j) {
    const double factor = std::exp(solution.logs[j]);
    const SharedConstant& constant = constants[static_cast<std::size_t>(j)];
    fit.constants.push_back({{factor, solution.errors[j], runs.files_seen(constant)}, factor, factor});
  }
  const auto solve_over = [&](const Counts& counts) { return solve(linear, runs, prior_errors, all, counts).logs; };
  predict_left_out(runs, solve_over, &ResidualRow::family, &ResidualRow::left_out_seconds, fit.constants);
  predict_left_out(runs, solve_over, &ResidualRow::generation, &ResidualRow::generation_left_out_seconds,
                   fit.constants);
  for (std::size_t row = 0; row < runs.rows.size(); ++row) {
    runs.rows[row].physics_seconds = runs.seconds(row, physics);
    runs.rows[row].fitted_seconds = runs.seconds(row, solution.logs);
  }
  fit.rows = std::move(runs.rows);
  return fit;
}

}  // namespace sim::validate
