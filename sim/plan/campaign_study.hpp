#pragma once

#include <optional>

#include "sim/campaign/monte_carlo.hpp"
#include "sim/plan/campaign_plan.hpp"

namespace sim::plan {

/// A priced campaign with what is uncertain about it. `step_time`: what measured runs say of such predictions; a range
/// that lies on one side of 1 is widened to it, as the prediction stays the best guess.
[[nodiscard]] campaign::Study study_of(const PricedCampaign& priced, const campaign::Inputs& inputs,
                                       const std::optional<campaign::Factor>& step_time);

/// Checkpoint intervals to choose from, by the whole fleet's rate of stops.
struct IntervalAdvice {
  Seconds stall, between_stops;
  Seconds young, daly;
  Seconds simulated;     ///< fewest mean days
  double days_now = 0;   ///< mean days with the plan's interval
  double days_best = 0;  ///< with the simulated one
};

/// Empty where nothing fails.
[[nodiscard]] std::optional<IntervalAdvice> interval_advice(const campaign::Study& study, int samples);

}  // namespace sim::plan
