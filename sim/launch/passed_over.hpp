#pragma once

#include <string>

namespace sim::launch {

/// Whether an argument of Megatron, torchrun or srun is known not to change the time of a step: paths, logs, seeds,
/// learning rates, numerics, kernels that the software preset stands for.
[[nodiscard]] bool is_passed_over(const std::string& name);

/// What an argument that does change it would do, where it is not modelled; empty for all others.
[[nodiscard]] std::string what_is_left_out(const std::string& name);

}  // namespace sim::launch
