#pragma once

#include <string>
#include <vector>

#include "sim/iteration/job.hpp"

namespace sim::config {

/// Constants of the job's chips, kernels, links, network and software that are assumed rather than measured, fitted or
/// published, as "H20-SXM-96GB attention flash-2 efficiency". Only those that this job's formats and kernels use.
/// Also that experts are equally loaded, where neither model nor scenario says otherwise.
[[nodiscard]] std::vector<std::string> assumed_constants(const iteration::Job& job);

}  // namespace sim::config
