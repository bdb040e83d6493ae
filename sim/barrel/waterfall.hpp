#pragma once

#include <string>
#include <vector>

#include "sim/iteration/simulate.hpp"

namespace sim::barrel {

/// One step of the way from ideal to real days.
struct Fall {
  std::string name;
  double days = 0;  ///< added
};

/// From the days that the model's FLOP take at the dense peak of the working chips to the ideal days of the run: what
/// recompute repeats, what kernels fall short of the peak, and the other staves of the pacing rank. The days sum to
/// `steps` x the iteration, exact to rounding.
[[nodiscard]] std::vector<Fall> waterfall(const iteration::IterationResult& result, double steps);

}  // namespace sim::barrel
