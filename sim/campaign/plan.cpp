#include "sim/campaign/plan.hpp"

#include <cmath>

#include "sim/base/error.hpp"
#include "sim/campaign/nodes.hpp"

namespace sim::campaign {
namespace {

void require_time(Seconds time, const std::string& what) {
  if (!(time.value() >= 0) || !std::isfinite(time.value())) throw InputError(what + " must not be negative");
}

void check_component(const Component& component, std::size_t entries) {
  check(component.entry < entries, "campaign: a component of no fleet entry");
  const std::string name = "reliability: component " + component.name;
  if (!(component.mean_life.value() > 0)) throw InputError(name + ": the time between failures must be above zero");
  if (!(component.shape > 0)) throw InputError(name + ": the Weibull shape must be above zero");
  if (!(component.early_factor > 0)) throw InputError(name + ": early_factor must be above zero");
  if (!(component.per_node >= 0)) throw InputError(name + ": parts in a node must not be negative");
  if (!(component.repair_share >= 0 && component.repair_share <= 1))
    throw InputError(name + ": repair_share must be between 0 and 1");
  if (!(component.slowdown >= 1)) throw InputError(name + ": slowdown must be at least 1");
  require_time(component.early, name + ": early");
  require_time(component.detection, name + ": detection");
}

void check_tier(const CheckpointTier& tier) {
  const std::string name = "storage: checkpoints on " + tier.name;
  if (!(tier.every.value() > 0)) throw InputError(name + ": the interval must be above zero");
  require_time(tier.stall, name + ": stall");
  require_time(tier.write, name + ": write");
  require_time(tier.load, name + ": load");
  if (tier.write > tier.every)
    throw infeasible(name + " take longer to write than the time between two of them",
                     "a longer storage.checkpoint_every, or more storage bandwidth");
}

void check_levels(const Plan& plan) {
  check(!plan.levels.empty() && !plan.phases.empty(), "campaign: no level or no phase");
  for (const Level& level : plan.levels) check(level.nodes.size() == plan.entries(), "campaign: uneven levels");
  for (const Phase& phase : plan.phases) {
    check(phase.step_seconds.size() == plan.levels.size(), "campaign: a phase without a pace for some level");
    check(phase.steps > 0, "campaign: a phase without steps");
    for (const Seconds step : phase.step_seconds) check(step.value() >= 1e-6, "campaign: a step of no time");
  }
  for (std::size_t i = 1; i < plan.deliveries.size(); ++i)
    check(plan.deliveries[i - 1].at <= plan.deliveries[i].at, "campaign: deliveries out of order");
  Nodes nodes(plan);
  if (nodes.next_growth() == Moment::max())
    throw infeasible("the chips that are delivered never suffice for the job", "see fleet[].count and fleet[].arrives");
}

}  // namespace

void check_plan(const Plan& plan) {
  check_levels(plan);
  for (const Component& component : plan.components) check_component(component, plan.entries());
  for (const CheckpointTier& tier : plan.tiers) check_tier(tier);
  if (plan.tiers.empty() && (!plan.components.empty() || plan.maintenance || plan.levels.size() > 1))
    throw InputError("a run that can stop needs a place for checkpoints", "see storage");
  if (plan.evaluation && plan.evaluation->every <= 0)
    throw InputError("reliability.evaluation.every must be above zero");
  if (plan.maintenance && !(plan.maintenance->every > plan.maintenance->duration))
    throw InputError("reliability.maintenance.every must be longer than its duration");
  require_time(plan.recovery.repair, "reliability.repair");
  require_time(plan.recovery.restart, "reliability.restart");
  require_time(plan.recovery.diagnosis, "reliability.diagnosis");
  require_time(plan.recovery.manual, "reliability.manual");
}

}  // namespace sim::campaign
