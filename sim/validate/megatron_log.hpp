#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace sim::validate {

/// Iteration times of one training run, out of the log of Megatron-LM or a stack that logs like it.
struct TrainingLog {
  std::string name;
  std::int64_t lines = 0;          ///< of the file
  std::int64_t reports = 0;        ///< lines that report an iteration
  std::int64_t warm_up = 0;        ///< of those: left out, first of a start
  std::int64_t other_batch = 0;    ///< left out: another global batch than the scenario's, as in a ramp
  std::int64_t skipped_steps = 0;  ///< left out: steps without an update (loss scaling, NaN)
  std::vector<double> seconds;     ///< of one iteration, by report that counts
  double median = 0;               ///< s
  double scatter = 0;              ///< relative standard deviation of one report, from the median absolute deviation
};

/// Reports that a log must have beside those that are left out.
inline constexpr std::size_t kLeastReports = 3;

/// Reads lines such as
///   iteration  20/ 100 | consumed samples: 640 | elapsed time per iteration (ms): 812.5 | global batch size: 32 | ...
/// and passes over all others, and over a last line without an end. The first report of a start holds compilation and
/// allocation and is left out, and so are those of the four iterations after it; a start is where the iteration does
/// not grow. `global_batch` in sequences is the scenario's. Throws InputError with file and line for reports without a
/// time and for too few of them.
[[nodiscard]] TrainingLog parse_training_log(const std::string& text, const std::string& name,
                                             std::int64_t global_batch);

}  // namespace sim::validate
