#pragma once

#include <string>
#include <vector>

#include "sim/base/sourced.hpp"
#include "sim/campaign/inputs.hpp"
#include "sim/iteration/job.hpp"

namespace sim::config {

/// One number that an answer rests on.
struct UsedConstant {
  std::string owner;  ///< "H20-SXM-96GB", "nvlink4", "reliability"
  std::string key;    ///< "gemm bf16 main_loop"
  std::string value;  ///< with its unit
  Origin origin = Origin::assumed;
  std::string source;
};

/// Every sourced number of the job's chips, kernels, links, networks and software that enters its time, and of its
/// reliability, storage and prices, in that order.
[[nodiscard]] std::vector<UsedConstant> used_constants(const iteration::Job& job, const campaign::Inputs& inputs);

/// Constants of the job's chips, kernels, links, network and software that are assumed rather than measured, fitted or
/// published, as "H20-SXM-96GB attention flash-2 efficiency". Only those that this job's formats and kernels use.
/// Also that experts are equally loaded, where neither model nor scenario says otherwise.
[[nodiscard]] std::vector<std::string> assumed_constants(const iteration::Job& job);

}  // namespace sim::config
