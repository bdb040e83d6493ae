#pragma once

#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "sim/config/scenario.hpp"
#include "sim/iteration/simulate.hpp"
#include "sim/topology/cluster.hpp"
#include "tests/support/source_folder.hpp"

namespace sim::test {

/// The job of a scenario of this project, with keys overridden as by --set.
inline iteration::Job job_of(const std::string& name, const std::vector<std::string>& overrides = {}) {
  const std::string path = sim::test::source_folder() + "/scenarios/" + name + ".yaml";
  return config::make_job(config::load_scenario(path, overrides));
}

/// The bare iteration: the question whether it fits, and the second run for the instability figure, are left out.
inline iteration::IterationResult simulated(const iteration::Job& job, bool fold = true) {
  return iteration::simulate(job, {.fold = fold, .check_memory = false, .check_stability = false});
}

inline double seconds_of(const iteration::Job& job) {
  return simulated(job).seconds.value();
}

/// All chips of the job's fleet, by number.
inline std::vector<topology::ChipId> all_chips(const iteration::Job& job) {
  std::vector<topology::ChipId> chips(static_cast<std::size_t>(job.chips()));
  std::iota(chips.begin(), chips.end(), topology::ChipId{0});
  return chips;
}

}  // namespace sim::test
