#include "sim/campaign/monte_carlo.hpp"

#include <tbb/parallel_for.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "sim/base/error.hpp"

namespace sim::campaign {
namespace {

struct Sample {
  Outcome outcome;
  double joules = 0;
  Cost cost;
};

// Slow parts do not stop the run.
double stops(const Plan& plan, const Outcome& outcome) {
  double sum = 0;
  for (std::size_t c = 0; c < plan.components.size(); ++c) {
    if (plan.components[c].slowdown <= 1) sum += static_cast<double>(outcome.failures[c]);
  }
  return sum;
}

std::vector<double> delivered_nodes(const Plan& plan) {
  std::vector<double> nodes(plan.entries(), 0.0);
  for (const Delivery& delivery : plan.deliveries) nodes[delivery.entry] += delivery.nodes;
  return nodes;
}

FleetPrices varied(FleetPrices prices, const Factors& factors) {
  for (Dollars& node : prices.node) node *= factors[index(Input::chip_price)];
  prices.kilowatt_hour *= factors[index(Input::electricity_price)];
  return prices;
}

Sample sample_of(const Study& study, const Factors& factors, Draw draw) {
  Sample sample;
  sample.outcome = run(varied(study.plan, factors), draw);
  if (study.power)
    sample.joules = energy_joules(sample.outcome, study.plan.levels, *study.power) * factors[index(Input::power)];
  if (study.prices)
    sample.cost = cost_of(sample.outcome, varied(*study.prices, factors), delivered_nodes(study.plan), sample.joules);
  return sample;
}

std::vector<Sample> samples_of(const Study& study) {
  std::vector<Sample> samples(static_cast<std::size_t>(study.samples));
  const std::vector<Factors> factors = drawn_factors(study.factors, study.seed, study.samples);
  tbb::parallel_for(std::size_t{0}, samples.size(), [&](std::size_t i) {
    samples[i] = sample_of(study, factors[i], {study.seed, i});
  });
  return samples;
}

template <class Figure>
Quantiles quantiles_of(const std::vector<Sample>& samples, Figure figure) {
  std::vector<double> values;
  values.reserve(samples.size());
  for (const Sample& sample : samples) values.push_back(figure(sample));
  return quantiles(std::move(values));
}

}  // namespace

Quantiles quantiles(std::vector<double> values) {
  check(!values.empty(), "quantiles of nothing");
  std::sort(values.begin(), values.end());
  const auto at = [&](double share) {
    const double place = share * static_cast<double>(values.size() - 1);
    const auto below = static_cast<std::size_t>(place);
    const std::size_t above = std::min(below + 1, values.size() - 1);
    return values[below] + (place - static_cast<double>(below)) * (values[above] - values[below]);
  };
  return {at(0.1), at(0.5), at(0.9)};
}

Distribution play(const Study& study) {
  if (study.samples < 1) throw InputError("uncertainty.samples must be at least 1");
  const std::vector<Sample> samples = samples_of(study);
  Distribution distribution;
  for (const Sample& sample : samples) distribution.days.push_back(sample.outcome.days());
  distribution.day_quantiles = quantiles(distribution.days);
  constexpr double kJoulesPerMegawattHour = 3.6e9;
  if (study.power)
    distribution.megawatt_hours =
        quantiles_of(samples, [](const Sample& s) { return s.joules / kJoulesPerMegawattHour; });
  if (study.prices) distribution.dollars = quantiles_of(samples, [](const Sample& s) { return s.cost.total(); });
  distribution.goodput = quantiles_of(samples, [](const Sample& s) { return goodput(s.outcome); });
  distribution.end_seconds = quantiles_of(samples, [](const Sample& s) {
    return seconds_of(std::chrono::duration_cast<Span>(s.outcome.end.time_since_epoch())).value();
  });
  const auto count = static_cast<double>(samples.size());
  for (const Sample& sample : samples) {
    for (std::size_t state = 0; state < kStates; ++state)
      distribution.shares[state] +=
          seconds_of(sample.outcome.spans[state]) / seconds_of(sample.outcome.elapsed()) / count;
    distribution.mean_cost.chips += sample.cost.chips / count;
    distribution.mean_cost.network += sample.cost.network / count;
    distribution.mean_cost.storage += sample.cost.storage / count;
    distribution.mean_cost.electricity += sample.cost.electricity / count;
    const double failures = stops(study.plan, sample.outcome);
    distribution.mean_failures += failures / count;
    const Span waited = sample.outcome.spans[index(State::waiting_for_delivery)];
    distribution.failures_per_day += failures / days_of(sample.outcome.elapsed() - waited) / count;
    distribution.training_time_ratio += effective_training_time_ratio(sample.outcome) / count;
  }
  return distribution;
}

double mean_days(const Plan& plan, int samples, std::uint64_t seed) {
  std::vector<double> days(static_cast<std::size_t>(samples));
  tbb::parallel_for(std::size_t{0}, days.size(), [&](std::size_t i) { days[i] = run(plan, {seed, i}).days(); });
  return std::accumulate(days.begin(), days.end(), 0.0) / samples;
}

std::vector<Stretch> median_timeline(const Study& study, const Distribution& distribution) {
  const double median = distribution.day_quantiles.p50;
  const auto nearer = [median](double a, double b) { return std::abs(a - median) < std::abs(b - median); };
  const auto nearest = std::min_element(distribution.days.begin(), distribution.days.end(), nearer);
  const Draw draw{study.seed, static_cast<std::uint64_t>(nearest - distribution.days.begin())};
  std::vector<Stretch> timeline;
  const Factors factors = drawn_factors(study.factors, study.seed, study.samples)[draw.run];
  (void)run(varied(study.plan, factors), draw, &timeline);
  return timeline;
}

std::vector<Swing> tornado(const Study& study, int samples) {
  std::vector<Swing> swings;
  for (const Factor& factor : study.factors) {
    if (index(factor.input) >= index(Input::power)) continue;  // those do not move days
    Factors low = no_change(), high = no_change();
    low[index(factor.input)] = factor.p10;
    high[index(factor.input)] = factor.p90;
    swings.push_back({factor.input, mean_days(varied(study.plan, low), samples, study.seed),
                      mean_days(varied(study.plan, high), samples, study.seed), factor.basis});
  }
  const auto width = [](const Swing& swing) { return std::abs(swing.at_p90 - swing.at_p10); };
  std::stable_sort(swings.begin(), swings.end(), [&](const Swing& a, const Swing& b) { return width(a) > width(b); });
  return swings;
}

}  // namespace sim::campaign
