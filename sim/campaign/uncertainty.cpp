#include "sim/campaign/uncertainty.hpp"

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <cmath>
#include <numeric>

#include "sim/base/rng.hpp"

namespace sim::campaign {
namespace {

constexpr double kNinetiethPercentile = 1.2815515655446004;  // of the standard normal distribution
constexpr std::uint64_t kStream = 0xfac702;                  // apart from those of failures, which count from 0

// A permutation of 0 ... count - 1.
std::vector<std::size_t> shuffled(std::size_t count, const RandomStream& random) {
  std::vector<std::size_t> places(count);
  std::iota(places.begin(), places.end(), std::size_t{0});
  std::sort(places.begin(), places.end(),
            [&random](std::size_t a, std::size_t b) { return random.bits(a) < random.bits(b); });
  return places;
}

}  // namespace

Factors no_change() {
  Factors factors;
  factors.fill(1);
  return factors;
}

std::vector<Factors> drawn_factors(const std::vector<Factor>& factors, std::uint64_t seed, int samples) {
  const auto count = static_cast<std::size_t>(samples);
  std::vector<Factors> drawn(count, no_change());
  for (const Factor& factor : factors) {
    const std::vector<std::size_t> places = shuffled(count, RandomStream(seed, kStream + index(factor.input)));
    for (std::size_t i = 0; i < count; ++i) {
      const double share = (static_cast<double>(places[i]) + 0.5) / samples;
      const double normal = boost::math::quantile(boost::math::normal(), share);
      const double edge = normal < 0 ? factor.p10 : factor.p90;
      drawn[i][index(factor.input)] *= std::pow(edge, std::abs(normal) / kNinetiethPercentile);
    }
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
