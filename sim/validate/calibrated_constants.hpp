#pragma once

#include <vector>

#include "sim/iteration/job.hpp"
#include "sim/validate/shared_constants.hpp"

namespace sim::validate {

/// What nccl-tests may move: constants of the scale-up link of the first fleet entry, and of its network.
[[nodiscard]] std::vector<SharedConstant> collective_constants(const iteration::Job& machine, bool spans_nodes);

/// What training logs may move: shares of benchmarks that are left inside a step, memory rate and host time, for each
/// chip generation, link generation, network and software preset of the jobs.
[[nodiscard]] std::vector<SharedConstant> run_constants(const std::vector<const iteration::Job*>& jobs);

}  // namespace sim::validate
