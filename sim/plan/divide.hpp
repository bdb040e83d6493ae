#pragma once

#include "sim/iteration/job.hpp"

namespace sim::plan {

/// Decides what the scenario leaves open of how a fleet of several entries shares the job, and returns the job with its
/// division, its replicas and, for stages, the layers of each. Both ways are tried, with and without each entry: stages
/// with layers that balance them (exact for the estimate, see layer_split.hpp), replicas with micro-batches by speed.
/// The best estimates are simulated and the fastest is taken, so that chips which would slow the job stay out of it.
/// Jobs with nothing open return as they are. Throws infeasible with the first reason if no division works.
[[nodiscard]] iteration::Job divide(const iteration::Job& job);

}  // namespace sim::plan
