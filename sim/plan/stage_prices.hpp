#pragma once

#include <vector>

#include "sim/iteration/job.hpp"

namespace sim::plan {

/// Whether an entry's chips can take part at all: enough of them for a stage and an expert group, the format, and a
/// known memory.
[[nodiscard]] bool can_take_part(const iteration::Job& job, std::size_t entry);

/// Seconds of one micro-batch, forward and backward with all its exchanges one after another, in each unit of the model
/// on one kind of chip: the planner's estimate. The engine runs what it leads to.
struct ModelSeconds {
  double embedding = 0;
  std::vector<double> before{0};  ///< by layer: of all layers before it; one entry more than layers
  double head = 0;
  double recompute = 0;  ///< what the job's recompute rule adds to a layer, mean

  [[nodiscard]] double layers(int first, int count) const {
    return before[static_cast<std::size_t>(first + count)] - before[static_cast<std::size_t>(first)];
  }
};

/// Layers of a stage that the recompute rule holds for, when its chunks share `layers` evenly, the first ones first.
/// `virtual_stages`: of its chunks.
[[nodiscard]] int recomputed_layers(const parallel::Strategy& strategy, const std::vector<int>& virtual_stages,
                                    int layers);

/// Prices the job's model on the chips of one fleet entry alone; all zero for an entry that cannot take part. `before`
/// leaves recompute out.
[[nodiscard]] ModelSeconds model_seconds(const iteration::Job& job, std::size_t entry);

}  // namespace sim::plan
