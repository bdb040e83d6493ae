#pragma once

#include <functional>
#include <vector>

namespace sim::plan {

/// Seconds of `count` consecutive layers from `first` on as a stage; infinity where they cannot be.
using StageCost = std::function<double(int stage, int first, int count)>;

/// Splits layers over stages, in order, so that the slowest stage is as fast as possible, and among such splits the one
/// with the least sum of squares. Exact, by dynamic programming over (stages, layers): stages x layers^2 / 2 costs. A
/// stage may have no layer if its cost allows it. Empty if no split has finite cost.
[[nodiscard]] std::vector<int> split_layers(int stages, int layers, const StageCost& cost);

}  // namespace sim::plan
