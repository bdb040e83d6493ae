#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sim/iteration/job.hpp"
#include "sim/validate/error_statistics.hpp"
#include "sim/validate/factor_fit.hpp"
#include "sim/validate/megatron_log.hpp"
#include "sim/validate/nccl_log.hpp"
#include "sim/validate/shared_constants.hpp"

namespace sim::validate {

/// A training run as its scenario and its log say.
struct LoggedRun {
  iteration::Job job;
  TrainingLog log;
};

/// A constant with what the user's measurements make of it.
struct CalibratedFactor {
  SharedConstant constant;  ///< of one file of a shelf
  FactorEstimate estimate;
};

/// Prediction of one training run, s.
struct CalibratedRun {
  std::string scenario;
  TrainingLog log;
  double before = 0;
  double after = 0;
  std::optional<double> held_out;  ///< by what the other runs say; empty for a single run
};

/// Errors over the sizes of one run of nccl-tests.
struct CalibratedCollectives {
  NcclLog log;
  std::string chip;
  ErrorSummary before, after;
  ErrorSummary held_out;  ///< every fourth size by what the others say, each size once
};

struct Calibration {
  std::vector<CalibratedFactor> factors;  ///< of collectives, then of runs
  std::vector<CalibratedCollectives> collectives;
  std::vector<CalibratedRun> runs;
};

/// Fits factors on the constants of collectives to nccl-tests on the first fleet entry of `machine`, then factors on
/// whole runs to training logs with those constants (docs/calibrate.md). Runs count as measured: whether they fit into
/// memory is not asked. Throws InputError where the measurements do not belong to the machine.
[[nodiscard]] Calibration calibrate(const iteration::Job& machine, const std::vector<NcclLog>& collectives,
                                    const std::vector<LoggedRun>& runs);

/// The factors that moved as a file for the key `calibration` of a scenario: constants of `jobs` times their factors.
/// Throws InputError when none did.
[[nodiscard]] std::string calibration_file(const Calibration& calibration, const std::vector<iteration::Job>& jobs);

}  // namespace sim::validate
