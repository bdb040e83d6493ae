#include "sim/campaign/checkpoint_interval.hpp"

#include <algorithm>
#include <cmath>

#include "sim/campaign/monte_carlo.hpp"

namespace sim::campaign {
namespace {

constexpr double kGolden = 0.6180339887498949;
constexpr int kRounds = 10;  // 16 narrowed by 0.618 each: to 2 % of the interval, where the waste is flat

}  // namespace

double failures_per_second(const Plan& plan, const Level& level) {
  double rate = 0;
  for (const Component& component : plan.components) {
    if (component.slowdown > 1) continue;
    rate += component.per_node * level.nodes[component.entry] / component.mean_life.value();
  }
  return rate;
}

Seconds young_interval(Seconds stall, Seconds between_failures) {
  return Seconds(std::sqrt(2 * stall.value() * between_failures.value()));
}

Seconds daly_interval(Seconds stall, Seconds between_failures) {
  const double half = stall / (2.0 * between_failures);
  if (half >= 1) return between_failures;
  return young_interval(stall, between_failures) * (1 + std::sqrt(half) / 3 + half / 9) - stall;
}

double daly_stretch(Seconds every, Seconds stall, Seconds restart, Seconds between_failures) {
  const double mean = between_failures.value();
  return mean * std::exp(restart.value() / mean) * std::expm1((every + stall).value() / mean) / every.value();
}

Seconds best_interval(const Plan& plan, std::size_t tier, int samples, std::uint64_t seed) {
  const CheckpointTier& kept = plan.tiers[tier];
  const double rate = failures_per_second(plan, plan.levels.back());
  if (rate <= 0) return kept.every;
  const double step = plan.phases.back().step_seconds.back().value();
  const double start = std::max({daly_interval(kept.stall, Seconds(1 / rate)).value(), kept.write.value(), step});
  double low = std::log(std::max({start / 4, kept.write.value(), step})), high = std::log(start * 4);
  const auto cost = [&](double place) {
    Plan tried = plan;
    tried.tiers[tier].every = std::max(Seconds(std::exp(place)), kept.write);
    return mean_days(tried, samples, seed);
  };
  double left = high - kGolden * (high - low), right = low + kGolden * (high - low);
  double left_cost = cost(left), right_cost = cost(right);
  for (int round = 0; round < kRounds; ++round) {
    if (left_cost <= right_cost) {
      high = right;
      right = left;
      right_cost = left_cost;
      left = high - kGolden * (high - low);
      left_cost = cost(left);
    } else {
      low = left;
      left = right;
      left_cost = right_cost;
      right = low + kGolden * (high - low);
      right_cost = cost(right);
    }
  }
  return std::max(Seconds(std::exp(left_cost <= right_cost ? left : right)), kept.write);
}

}  // namespace sim::campaign
