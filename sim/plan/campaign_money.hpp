#pragma once

#include <optional>
#include <string>

#include "sim/campaign/monte_carlo.hpp"
#include "sim/plan/campaign_plan.hpp"

namespace sim::plan {

/// Power of a priced campaign: every working chip draws what the staves of the pacing rank say (matrix units, memory,
/// waiting), every other one idles. Empty where a chip has no design power.
[[nodiscard]] std::optional<campaign::PowerPlan> power_plan(const iteration::Job& job, const PricedCampaign& priced,
                                                            const campaign::PowerShares& shares);

/// Prices of a fleet. Empty where a chip has none.
[[nodiscard]] std::optional<campaign::FleetPrices> fleet_prices(const iteration::Job& job, const PricedCampaign& priced,
                                                                const campaign::Economics& economics);

/// Power, prices and their ranges into a study.
void add_economics(const iteration::Job& job, const PricedCampaign& priced, const campaign::Economics& economics,
                   campaign::Study& study);

}  // namespace sim::plan
