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

/// Takes away the waiting of stages for each other: no program waits at a slot where it only listens.
void drop_pipeline_waits(engine::System& system);

/// Paces at which every rank would be at work equally long: the mean of what all ranks spend on their own work and
/// exchanges, without the skew between them. `own`, `skew`: seconds by actor; by actor.
[[nodiscard]] std::vector<double> levelling_stretch(const engine::System& system, const std::vector<double>& own,
                                                    const std::vector<double>& skew,
                                                    const std::vector<std::uint32_t>& actor_of_rank);

}  // namespace sim::iteration
