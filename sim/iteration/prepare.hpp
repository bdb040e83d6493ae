#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "sim/engine/run.hpp"
#include "sim/iteration/bind.hpp"
#include "sim/iteration/job.hpp"
#include "sim/program/build.hpp"

namespace sim::iteration {

/// What a job's programs are built from.
[[nodiscard]] program::IterationPlan make_plan(const Job& job, const FabricView& view);

/// Throws infeasible when a run of the system may need more events than this.
void check_budget(const engine::System& system, double event_budget);

/// A system that is ready to run, and which of its actors each rank is.
struct Prepared {
  engine::System system;
  std::vector<std::uint32_t> actor_of_rank;
};

/// `merges` as in fold::fold().
[[nodiscard]] Prepared prepare(const engine::System& system, bool folds, bool merges = true);

/// Replicas out of step: how many kinds, how far apart, and which draw.
struct Phases {
  int count;
  double noise;
  std::uint64_t seed;
};

/// As real replicas differ: the answer where the symmetric run is unstable (docs/model.md, "Folding").
inline constexpr Phases kRealisticPhases{8, 1e-3, 1};

[[nodiscard]] Prepared prepare_phased(const Job& job, const Bound& bound, bool folds, const Phases& phases,
                                      bool merges = true);

// Stages that carry their skew on start an iteration when they have ended the last one: the iteration takes as long as
// the longest stage, since the same run shifted by that time follows it. All others wait for each other at its end.
template <class Watch>
engine::SimTime period_of(const Job& job, const engine::RunResult& run, const Watch& watch) {
  if (!job.strategy.carries_skew()) return run.end;
  engine::SimTime longest;
  for (std::uint32_t actor = 0; actor < run.finish.size(); ++actor) {
    longest = std::max(longest, run.finish[actor] - watch.begin(actor));
  }
  return longest;
}

}  // namespace sim::iteration
