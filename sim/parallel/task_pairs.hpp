#pragma once

#include <vector>

#include "sim/parallel/schedule.hpp"

namespace sim::parallel {

/// By stage and task: true where a forward pass may run together with the whole backward pass that follows it, so that
/// the exchanges of one hide under the computation of the other (DualPipe; Megatron-Core's combined 1F1B). A pair
/// starts when both inputs are there; pairs that would wait for each other in a circle are left apart.
[[nodiscard]] std::vector<std::vector<bool>> find_pairs(const Schedule& schedule);

}  // namespace sim::parallel
