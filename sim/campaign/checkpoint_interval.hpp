#pragma once

#include <cstddef>

#include "sim/campaign/plan.hpp"

namespace sim::campaign {

/// Stops per second of the parts at work at a level: parts over mean lives. Slow parts do not count.
[[nodiscard]] double failures_per_second(const Plan& plan, const Level& level);

/// Time of steps between two checkpoints that wastes least to first order: sqrt(2 x stall x mean time between failures)
/// (Young, "A first order approximation to the optimum checkpoint interval", CACM 1974).
[[nodiscard]] Seconds young_interval(Seconds stall, Seconds between_failures);

/// To higher order (Daly, "A higher order estimate of the optimum checkpoint interval for restart dumps", FGCS 2006,
/// equation 37): sqrt(2 d M) (1 + sqrt(d / 2M) / 3 + d / 18M) - d, and M where the stall d is at least 2M.
[[nodiscard]] Seconds daly_interval(Seconds stall, Seconds between_failures);

/// Elapsed over productive time with exponential failures that also strike restarts and checkpoints, steps of `every`
/// between checkpoints (Daly 2006, equation 20): M e^(R/M) (e^((every + d)/M) - 1) / every.
[[nodiscard]] double daly_stretch(Seconds every, Seconds stall, Seconds restart, Seconds between_failures);

/// The interval of one tier with the fewest mean days: golden-section search between a quarter of and four times
/// Daly's, `samples` runs each with the same draws. Never under a step, nor under the time that a checkpoint takes to
/// write.
[[nodiscard]] Seconds best_interval(const Plan& plan, std::size_t tier, int samples, std::uint64_t seed);

}  // namespace sim::campaign
