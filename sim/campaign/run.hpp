#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "sim/campaign/plan.hpp"
#include "sim/campaign/state.hpp"

namespace sim::campaign {

/// A stretch of the calendar in one state.
struct Stretch {
  State state{};
  std::uint32_t level = 0;
  Moment from, to;
};

/// One run over the calendar.
struct Outcome {
  Moment start, end;
  StateSpans spans{};                          ///< sum to end - start
  std::vector<LoadSpans> loads;                ///< by level: of its nodes
  std::vector<double> installed_node_seconds;  ///< by entry, from arrival (or start) to the end
  std::vector<std::int64_t> failures;          ///< by component; slow parts count when they slow down
  std::int64_t restarts = 0;                   ///< planned and unplanned
  std::int64_t checkpoints = 0;
  std::int64_t repairs = 0;  ///< nodes taken out
  std::int64_t steps = 0;    ///< kept

  [[nodiscard]] Span elapsed() const { return end - start; }
  [[nodiscard]] double days() const { return days_of(elapsed()); }
};

/// Random draws of one run: the same numbers whatever else is simulated.
struct Draw {
  std::uint64_t seed = 0;
  std::uint64_t run = 0;
};

/// Simulates the run. Jumps from event to event: failures of exponential or Weibull parts (as bad as old after a
/// repair: the superposition is a Poisson process with the parts' hazard), stops, deliveries; steps and checkpoints
/// between them are counted, not simulated one by one. Without failures, checkpoints, evaluations and maintenance the
/// elapsed time of every phase is exactly its steps x the seconds of one, rounded once to a microsecond. `timeline`,
/// where given, receives the stretches in order. Throws infeasible for a run that would take longer than kLongestYears.
[[nodiscard]] Outcome run(const Plan& plan, Draw draw, std::vector<Stretch>* timeline = nullptr);

/// Productive share of the elapsed time: "effective training time" (Llama 3, 2024), "goodput" (Google, 2024).
[[nodiscard]] double goodput(const Outcome& outcome);

/// Effective training time ratio (Kokolis et al. 2024): productive time over the time during which the job could have
/// run, so without waiting for chips that were not delivered yet.
[[nodiscard]] double effective_training_time_ratio(const Outcome& outcome);

}  // namespace sim::campaign
