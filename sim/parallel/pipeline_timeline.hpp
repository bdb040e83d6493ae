#pragma once

#include <string>
#include <vector>

#include "sim/parallel/schedule.hpp"

namespace sim::parallel {

/// When one task runs, in the unit of the pass times.
struct Span {
  double begin = 0;
  double end = 0;
};

/// A schedule played by itself: no exchange but the stage messages, no two stages on one link.
struct PipelineTimeline {
  std::vector<std::vector<Span>> stages;  ///< by stage, in the order of its tasks
  std::string stuck;                      ///< what never ran and what it waits for; empty if all ran
  double end = 0;                         ///< of the last task

  /// Longest time from a stage's first to its last task: what an iteration takes where stages carry their skew on.
  [[nodiscard]] double longest_stage() const;
};

/// `times` by virtual stage; a message takes `message` from one stage to another. Where `pairs` (find_pairs(), empty
/// for none) says so, two passes run as one: they start when both inputs are there and end together after the sum of
/// both.
[[nodiscard]] PipelineTimeline play(const Schedule& schedule, const std::vector<PassTimes>& times, double message,
                                    const std::vector<std::vector<bool>>& pairs = {});

}  // namespace sim::parallel
