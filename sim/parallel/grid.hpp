#pragma once

#include <cstdint>
#include <vector>

#include "sim/parallel/strategy.hpp"

namespace sim::parallel {

using Rank = std::uint32_t;

/// Place of a rank. Megatron's order: tp changes fastest, then cp, dp, pp. Expert ranks re-cut the tp x cp x dp ranks
/// of a stage as expert tensor, expert, expert data (Megatron-Core "parallel folding").
struct Coordinate {
  int tp = 0, cp = 0, dp = 0, pp = 0;
  int expert_tensor = 0, expert = 0, expert_data = 0;
};

[[nodiscard]] Coordinate coordinate_of(const Strategy& strategy, Rank rank);

/// The communicators of one training job. `data` and `expert_data` are the ranks that share one
/// copy of the state; `replica` and `expert_replica` join the same part of every copy (one rank without zero_group).
enum class Axis { tensor, context, data, expert_tensor, expert, expert_data, replica, expert_replica };

/// All groups of one axis within one stage, as a regular pattern: member i of the group with base b is
/// b + i * stride, for every base in [0, stage) whose own index along the axis is 0.
/// Groups of axis `data` span cp and dp; with DualPipe they join the groups of two stages, see iteration/groups.hpp.
/// Ranks are counted within the stage.
struct GroupPattern {
  int size = 1;
  int stride = 1;
};

[[nodiscard]] GroupPattern pattern_of(const Strategy& strategy, Axis axis);

}  // namespace sim::parallel
