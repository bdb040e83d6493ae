#include "sim/validate/calibrate.hpp"

#include <fmt/core.h>

#include <cmath>

#include "sim/base/error.hpp"
#include "sim/iteration/simulate.hpp"
#include "sim/validate/calibrated_constants.hpp"
#include "sim/validate/nccl_machine.hpp"

namespace sim::validate {
namespace {

// What stays between a right model and a machine: runs differ from their scenario in what it does not say, sizes of a
// collective by NCCL's choice of protocol and channels.
constexpr double kRunError = 0.02;
constexpr double kCollectiveError = 0.05;
constexpr int kFolds = 4;

void scale_all(iteration::Job& job, const std::vector<SharedConstant>& constants, const std::vector<double>& factors) {
  for (std::size_t j = 0; j < constants.size(); ++j) (void)scale(job, constants[j], factors[j]);
}

std::vector<double> prior_errors(const std::vector<SharedConstant>& constants) {
  std::vector<double> errors;
  for (const SharedConstant& constant : constants) errors.push_back(constant.prior_error);
  return errors;
}

void add_factors(const std::vector<SharedConstant>& constants, const FactorFit& fit, Calibration& calibration) {
  for (std::size_t j = 0; j < constants.size(); ++j) calibration.factors.push_back({constants[j], fit.factors[j]});
}

ErrorSummary errors_of(const std::vector<double>& predicted, const std::vector<double>& measured, std::size_t begin,
                       std::size_t count) {
  std::vector<double> errors;
  for (std::size_t row = begin; row < begin + count; ++row) errors.push_back(predicted[row] / measured[row] - 1);
  return summarise(errors);
}

/// Rows of all outputs of nccl-tests, priced under one set of factors after another.
class Collectives {
 public:
  Collectives(const iteration::Job& machine, const std::vector<NcclLog>& logs,
              const std::vector<SharedConstant>& constants)
      : machine_(machine), logs_(logs), constants_(constants) {
    for (std::size_t log = 0; log < logs.size(); ++log) {
      for (std::size_t row = 0; row < logs[log].rows.size(); ++row) rows_.push_back({log, row});
    }
  }

  [[nodiscard]] FitProblem problem() {
    FitProblem problem;
    for (const auto& [log, row] : rows_) {
      problem.measured.push_back(logs_[log].rows[row].seconds);
      problem.folds.push_back(static_cast<int>(row) % kFolds);
    }
    problem.errors.assign(rows_.size(), kCollectiveError);
    problem.prior_errors = prior_errors(constants_);
    problem.predict = [this](std::size_t row, const std::vector<double>& factors) { return seconds(row, factors); };
    return problem;
  }

 private:
  [[nodiscard]] double seconds(std::size_t row, const std::vector<double>& factors) {
    if (machines_.empty() || factors != factors_) {
      iteration::Job job = machine_;
      scale_all(job, constants_, factors);
      machines_.clear();
      for (const NcclLog& log : logs_) machines_.emplace_back(job, log);
      factors_ = factors;
    }
    const auto& [log, of_log] = rows_[row];
    return machines_[log].seconds(logs_[log].rows[of_log].bytes);
  }

  const iteration::Job& machine_;
  const std::vector<NcclLog>& logs_;
  const std::vector<SharedConstant>& constants_;
  std::vector<std::pair<std::size_t, std::size_t>> rows_;  // log, row of it
  std::vector<NcclMachine> machines_;                      // by log, under `factors_`
  std::vector<double> factors_;
};

void calibrate_collectives(const iteration::Job& machine, const std::vector<NcclLog>& logs, Calibration& calibration) {
  bool spans_nodes = false;
  for (const NcclLog& log : logs) spans_nodes = spans_nodes || NcclMachine(machine, log).nodes() > 1;
  const std::vector<SharedConstant> constants = collective_constants(machine, spans_nodes);
  if (constants.empty()) {
    throw InputError("nccl-tests: the chips of the scenario have neither scale-up links nor a network to fit");
  }
  Collectives rows(machine, logs, constants);
  const FitProblem problem = rows.problem();
  const FactorFit fit = fit_factors(problem);
  std::size_t begin = 0;
  for (const NcclLog& log : logs) {
    const auto errors = [&](const std::vector<double>& predicted) {
      return errors_of(predicted, problem.measured, begin, log.rows.size());
    };
    calibration.collectives.push_back(
        {log, machine.fleet.front().chip.id, errors(fit.before), errors(fit.after), errors(fit.held_out)});
    begin += log.rows.size();
  }
  add_factors(constants, fit, calibration);
}

double iteration_seconds(const iteration::Job& job) {
  return iteration::simulate(job, {.fold = true, .check_memory = false, .check_stability = false}).seconds.value();
}

void calibrate_runs(const std::vector<LoggedRun>& runs, Calibration& calibration) {
  std::vector<iteration::Job> jobs;  // with what the collectives say
  for (const LoggedRun& run : runs) {
    jobs.push_back(run.job);
    for (const CalibratedFactor& factor : calibration.factors) {
      (void)scale(jobs.back(), factor.constant, factor.estimate.factor);
    }
  }
  std::vector<const iteration::Job*> all;
  for (const iteration::Job& job : jobs) all.push_back(&job);
  const std::vector<SharedConstant> constants = run_constants(all);
  FitProblem problem;
  for (std::size_t row = 0; row < runs.size(); ++row) {
    const TrainingLog& log = runs[row].log;
    problem.measured.push_back(log.median);
    problem.errors.push_back(std::hypot(kRunError, log.scatter / std::sqrt(static_cast<double>(log.seconds.size()))));
    if (runs.size() > 1) problem.folds.push_back(static_cast<int>(row));
  }
  problem.prior_errors = prior_errors(constants);
  problem.predict = [&](std::size_t row, const std::vector<double>& factors) {
    iteration::Job job = jobs[row];
    scale_all(job, constants, factors);
    return iteration_seconds(job);
  };
  const FactorFit fit = fit_factors(problem);
  for (std::size_t row = 0; row < runs.size(); ++row) {
    CalibratedRun made{runs[row].job.name, runs[row].log, iteration_seconds(runs[row].job), fit.after[row], {}};
    if (!fit.held_out.empty()) made.held_out = fit.held_out[row];
    calibration.runs.push_back(std::move(made));
  }
  add_factors(constants, fit, calibration);
}

}  // namespace

Calibration calibrate(const iteration::Job& machine, const std::vector<NcclLog>& collectives,
                      const std::vector<LoggedRun>& runs) {
  Calibration calibration;
  if (!collectives.empty()) calibrate_collectives(machine, collectives, calibration);
  if (!runs.empty()) calibrate_runs(runs, calibration);
  return calibration;
}

}  // namespace sim::validate
