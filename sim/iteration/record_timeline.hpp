#pragma once

#include <cstdint>
#include <vector>

#include "sim/iteration/simulate.hpp"
#include "sim/iteration/timeline.hpp"

namespace sim::iteration {

struct TimelineOptions {
  std::vector<std::uint32_t> ranks{};  ///< whose cells are wanted; empty: all
  std::size_t most_spans = 300000;     ///< about: detail, and then cells, are left out until no more are expected
  bool fold = true;                    ///< as in Options
  double event_budget = Options{}.event_budget;
};

/// Runs the iteration that gave `result` once more and keeps what happens when. Throws InputError for a rank that the
/// job does not have.
[[nodiscard]] Timeline record_timeline(const Job& job, const IterationResult& result,
                                       const TimelineOptions& options = {});

}  // namespace sim::iteration
