#include "sim/campaign/uncertainty.hpp"

#include <algorithm>
#include <cmath>

#include "sim/base/rng.hpp"

namespace sim::campaign {
namespace {

constexpr double kNinetiethPercentile = 1.2815515655446004;  // of the standard normal distribution
constexpr std::uint64_t kStream = 0xfac702;                  // apart from those of failures, which count from 0

}  // namespace

Factors no_change() {
  Factors factors;
  factors.fill(1);
  return factors;
}

Factors drawn_factors(const std::vector<Factor>& factors, Draw draw) {
  Factors drawn = no_change();
  for (const Factor& factor : factors) {
    const double normal = RandomStream(draw.seed, kStream + index(factor.input)).normal(draw.run);
    drawn[index(factor.input)] *=
        std::pow(normal < 0 ? factor.p10 : factor.p90, std::abs(normal) / kNinetiethPercentile);
  }
  return drawn;
}

Plan varied(const Plan& plan, const Factors& factors) {
  Plan changed = plan;
  for (Phase& phase : changed.phases) {
    for (Seconds& step : phase.step_seconds) step *= factors[index(Input::step_time)];
  }
  for (Component& component : changed.components) {
    component.mean_life = component.mean_life / factors[index(Input::failure_rate)];
    component.detection *= factors[index(Input::downtime)];
  }
  Recovery& recovery = changed.recovery;
  for (Seconds* time : {&recovery.diagnosis, &recovery.restart, &recovery.manual})
    *time *= factors[index(Input::downtime)];
  recovery.repair *= factors[index(Input::repair_time)];
  for (CheckpointTier& tier : changed.tiers) {
    for (Seconds* time : {&tier.stall, &tier.write, &tier.load}) *time *= factors[index(Input::storage_time)];
    tier.every = std::max(tier.every, tier.write);
  }
  return changed;
}

}  // namespace sim::campaign
