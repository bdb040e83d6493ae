#pragma once

#include <vector>

#include "sim/campaign/inputs.hpp"
#include "sim/campaign/plan.hpp"
#include "sim/plan/fleet_levels.hpp"

namespace sim::plan {

/// One level of a campaign, simulated.
struct PricedLevel {
  FleetLevel level;
  iteration::IterationResult result;  ///< of the run's own batch and sequence length
};

/// A whole run, priced.
struct PricedCampaign {
  campaign::Plan plan;
  std::vector<PricedLevel> levels;  ///< those of the plan
  Bytes checkpoint;                 ///< of one checkpoint
  std::vector<int> added_spares;    ///< nodes beside the fleet, by entry
  bool every_is_best = false;       ///< the checkpoint interval was left open: Daly's is in the plan
};

/// Bytes of one checkpoint: weights and optimizer state, once, however many replicas there are (every rank writes the
/// part that it owns); gradients are not kept.
[[nodiscard]] Bytes checkpoint_bytes(const iteration::Job& job);

/// Simulates every level and phase of the run and turns reliability and storage into rates and seconds. `whole` is the
/// result of the divided job. Throws InputError or infeasible that starts with the key at fault.
[[nodiscard]] PricedCampaign campaign_plan(const iteration::Job& open, const iteration::Job& divided,
                                           const iteration::IterationResult& whole, const campaign::Inputs& inputs);

}  // namespace sim::plan
