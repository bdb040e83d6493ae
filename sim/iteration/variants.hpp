#pragma once

#include <vector>

#include "sim/engine/system.hpp"
#include "sim/parallel/strategy.hpp"

namespace sim::iteration {

/// Gives every actor its own pace: delays of its program times `stretch[actor]`, rounded to whole picoseconds. Actors
/// with equal programs and stretch share the stretched program.
void stretch_programs(engine::System& system, const std::vector<double>& stretch);

/// Small differences of pace between replicas, equal for all replicas with the same number modulo `phases`: replica d
/// of a stage computes 1 + noise x h(d mod phases, stage, seed) times as long, h in [-1, 1]. By rank.
[[nodiscard]] std::vector<double> phase_stretch(const parallel::Strategy& strategy, int phases, double noise,
                                                std::uint64_t seed);

}  // namespace sim::iteration
