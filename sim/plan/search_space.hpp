#pragma once

#include <set>
#include <string>
#include <vector>

#include "sim/iteration/job.hpp"

namespace sim::plan {

/// The axes of a search, as scenarios name them under `parallel`.
[[nodiscard]] const std::vector<std::string>& search_axes();

/// Values of every axis. A strategy of the space is one value of each, with layers split as evenly as they can be:
/// virtual stages that hold the embedding or the head get fewer where the count does not divide.
struct SearchSpace {
  std::vector<int> tp, cp, ep, etp, micro_batch, pp, vpp, dp, zero;  ///< empty dp: the two largest that work
  std::vector<parallel::Recompute> recompute;
  std::vector<parallel::ScheduleKind> schedule;
  std::vector<bool> overlap_tp, overlap_ep, overlap_dp, overlap_pp;
  bool keeps_overlap_dp = false;  ///< gradients and parameters overlap as the job's do, whatever overlap_dp says
  bool recompute_counts = true;   ///< also only some layers of each chunk
  bool sequence_parallel = true;  ///< with tp > 1
};

/// Everything that may suit the job: degrees that divide its model and fit its machine (tp inside a scale-up domain),
/// except the axes in `fixed`, which keep the job's own value. Left out as never faster than others in the space:
/// gpipe, whose passes 1f1b runs with less memory; tp without sequence parallelism (unless fixed); rings of cp that do
/// not overlap. Throws InputError for an unknown axis, naming those there are.
[[nodiscard]] SearchSpace search_space(const iteration::Job& job, const std::set<std::string>& fixed);

/// Sets whether the strategy's exchanges of gradients and parameters overlap: as `wanted`, or as in `own` where the
/// space keeps that. Two copies of a model exchange when both are done.
void set_overlap_dp(parallel::Strategy& strategy, const SearchSpace& space, const parallel::Overlap& own, bool wanted);

/// Layers of each virtual stage; empty where there are more stages than layers.
[[nodiscard]] std::vector<int> even_split(int layers, int virtual_stages);

}  // namespace sim::plan
