#include "sim/iteration/prepare.hpp"

#include <cmath>

#include "sim/base/error.hpp"
#include "sim/fold/fold.hpp"
#include "sim/iteration/placement.hpp"
#include "sim/iteration/variants.hpp"
#include "sim/parallel/task_pairs.hpp"

namespace sim::iteration {

program::IterationPlan make_plan(const Job& job, const FabricView& view) {
  const parallel::Strategy& strategy = job.strategy;
  program::IterationPlan plan;
  plan.model = job.model;
  plan.sharding = sharding_of(job);
  plan.strategy = strategy;
  plan.layout = parallel::make_layout(strategy, job.model.layers);
  plan.state = job.training.state;
  plan.gradient_wire_bytes = job.training.gradient_wire_bytes;
  const std::vector<int> used = used_chips(job);
  for (std::size_t entry = 0; entry < job.fleet.size(); ++entry) {
    if (used[entry] == 0) {
      plan.chips.push_back({{}, {}, false, {}});
      continue;
    }
    program::ChipPlan chip{{pricing_of(job, job.fleet[entry]), strategy, first_group_times(view, strategy, entry)},
                           job_schedule(job, entry),
                           true,
                           {}};
    if (strategy.overlap.ep) chip.pairs = parallel::find_pairs(chip.schedule);
    plan.chips.push_back(std::move(chip));
  }
  return plan;
}

// Every instruction of every actor is one event at most; waits and posts that need none make this an upper bound.
void check_budget(const engine::System& system, double event_budget) {
  double events = 0;
  for (const std::uint32_t program : system.program) {
    events += system.program_begin[program + 1] - system.program_begin[program];
  }
  if (events <= event_budget) return;
  const auto millions = [](double count) {
    return count < 1e7 ? std::to_string(std::llround(count)) : std::to_string(std::llround(count / 1e6)) + " million";
  };
  throw infeasible("simulation: up to " + millions(events) + " events for " + std::to_string(system.actors()) +
                       " distinct ranks, the budget is " + millions(event_budget),
                   "fewer micro-batches (training.global_batch), fewer degraded parts, aligned pods, or a higher "
                   "--event-budget; nothing was cut short");
}

Prepared prepare(const engine::System& system, bool folds, bool merges) {
  Prepared prepared;
  if (folds) {
    fold::Folded folded = fold::fold(system, merges);
    prepared.system = std::move(folded.system);
    prepared.actor_of_rank = std::move(folded.actor);
    return prepared;
  }
  for (std::uint32_t rank = 0; rank < system.actors(); ++rank) prepared.actor_of_rank.push_back(rank);
  prepared.system = system;
  return prepared;
}

Prepared prepare_phased(const Job& job, const Bound& bound, bool folds, const Phases& phases, bool merges) {
  engine::System system = bound.system;
  stretch_programs(system, phase_stretch(job.strategy, phases.count, phases.noise, phases.seed));
  return prepare(system, folds, merges);
}

}  // namespace sim::iteration
