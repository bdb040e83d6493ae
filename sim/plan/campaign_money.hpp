#pragma once

#include <optional>

#include "sim/campaign/monte_carlo.hpp"
#include "sim/plan/campaign_plan.hpp"

namespace sim::plan {

/// Mean power of a working chip in a step, over its design power: by what the pacing rank's seconds go to.
[[nodiscard]] double power_of_step(const iteration::IterationResult& result, const campaign::PowerShares& shares);

/// One chip at work with its share of server and network.
[[nodiscard]] Watts around(Watts chip, const campaign::PowerShares& shares);

/// One chip that is installed and does not work, with what stands around it.
[[nodiscard]] Watts idle_power(Watts design, const campaign::PowerShares& shares);

/// Null where the chip has no price of the kind that the economics buy.
[[nodiscard]] const campaign::ChipPrice* price_of(const iteration::FleetEntry& entry,
                                                  const campaign::Economics& economics);

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
