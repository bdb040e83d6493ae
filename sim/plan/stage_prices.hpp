#pragma once

#include <vector>

#include "sim/iteration/job.hpp"

namespace sim::plan {

/// Seconds of one micro-batch, forward and backward with all its exchanges one after another, in each unit of the model
/// on one kind of chip: the planner's estimate. The engine runs what it leads to.
struct ModelSeconds {
  double embedding = 0;
  std::vector<double> before{0};  ///< by layer: of all layers before it; one entry more than layers
  double head = 0;

  [[nodiscard]] double layers(int first, int count) const {
    return before[static_cast<std::size_t>(first + count)] - before[static_cast<std::size_t>(first)];
  }
};

/// Prices the job's model on the chips of one fleet entry alone.
[[nodiscard]] ModelSeconds model_seconds(const iteration::Job& job, std::size_t entry);

}  // namespace sim::plan
