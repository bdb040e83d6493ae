#include "sim/plan/campaign_study.hpp"

#include <algorithm>

#include "sim/campaign/checkpoint_interval.hpp"

namespace sim::plan {
namespace {

using campaign::Factor;
using campaign::Input;

void add_range(campaign::Study& study, Input input, const campaign::Uncertainty::Range& range, const char* key) {
  if (range.p10 == 1 && range.p90 == 1) return;
  study.factors.push_back({input, range.p10, range.p90, std::string("uncertainty.") + key});
}

}  // namespace

campaign::Study study_of(const PricedCampaign& priced, const campaign::Inputs& inputs,
                         const std::optional<Factor>& step_time) {
  campaign::Study study;
  study.plan = priced.plan;
  study.samples = inputs.uncertainty.samples;
  study.seed = static_cast<std::uint64_t>(inputs.uncertainty.seed);
  if (step_time) {
    study.factors.push_back(*step_time);
    study.factors.back().p10 = std::min(1.0, step_time->p10);
    study.factors.back().p90 = std::max(1.0, step_time->p90);
  }
  const bool can_fail = !priced.plan.components.empty();
  if (can_fail) add_range(study, Input::failure_rate, inputs.uncertainty.failure_rate, "failure_rate");
  if (can_fail) add_range(study, Input::downtime, inputs.uncertainty.downtime, "downtime");
  if (can_fail) add_range(study, Input::repair_time, inputs.uncertainty.repair_time, "repair_time");
  add_range(study, Input::storage_time, inputs.uncertainty.storage_time, "storage_time");
  add_range(study, Input::power, inputs.uncertainty.power, "power");
  return study;
}

std::optional<IntervalAdvice> interval_advice(const campaign::Study& study, int samples) {
  const campaign::Plan& plan = study.plan;
  const double rate = campaign::failures_per_second(plan, plan.levels.back());
  if (rate <= 0) return std::nullopt;
  const std::size_t tier = plan.tiers.size() - 1;
  IntervalAdvice advice;
  advice.stall = plan.tiers[tier].stall;
  advice.between_stops = Seconds(1 / rate);
  advice.young = campaign::young_interval(advice.stall, advice.between_stops);
  advice.daly = campaign::daly_interval(advice.stall, advice.between_stops);
  advice.simulated = campaign::best_interval(plan, tier, samples, study.seed);
  advice.days_now = campaign::mean_days(plan, samples, study.seed);
  campaign::Plan best = plan;
  best.tiers[tier].every = advice.simulated;
  advice.days_best = campaign::mean_days(best, samples, study.seed);
  return advice;
}

}  // namespace sim::plan
