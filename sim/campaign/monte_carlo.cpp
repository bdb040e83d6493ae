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
  double megawatt_hours = 0;
};

// Slow parts do not stop the run.
double stops(const Plan& plan, const Outcome& outcome) {
  double sum = 0;
  for (std::size_t c = 0; c < plan.components.size(); ++c) {
    if (plan.components[c].slowdown <= 1) sum += static_cast<double>(outcome.failures[c]);
  }
  return sum;
}

std::vector<Sample> samples_of(const Study& study) {
  std::vector<Sample> samples(static_cast<std::size_t>(study.samples));
  tbb::parallel_for(std::size_t{0}, samples.size(), [&](std::size_t i) {
    const Draw draw{study.seed, i};
    const Factors factors = drawn_factors(study.factors, draw);
    samples[i].outcome = run(varied(study.plan, factors), draw);
    samples[i].megawatt_hours =
        energy_joules(samples[i].outcome, study.plan.levels, study.power) / 3.6e9 * factors[index(Input::power)];
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

double mean_days(const Study& study, const Factors& factors, int samples) {
  const Plan plan = varied(study.plan, factors);
  std::vector<double> days(static_cast<std::size_t>(samples));
  tbb::parallel_for(std::size_t{0}, days.size(), [&](std::size_t i) { days[i] = run(plan, {study.seed, i}).days(); });
  return std::accumulate(days.begin(), days.end(), 0.0) / samples;
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
  distribution.megawatt_hours = quantiles_of(samples, [](const Sample& s) { return s.megawatt_hours; });
  distribution.goodput = quantiles_of(samples, [](const Sample& s) { return goodput(s.outcome); });
  distribution.end_seconds = quantiles_of(samples, [](const Sample& s) {
    return seconds_of(std::chrono::duration_cast<Span>(s.outcome.end.time_since_epoch())).value();
  });
  const auto count = static_cast<double>(samples.size());
  for (const Sample& sample : samples) {
    for (std::size_t state = 0; state < kStates; ++state)
      distribution.shares[state] +=
          seconds_of(sample.outcome.spans[state]) / seconds_of(sample.outcome.elapsed()) / count;
    const double failures = stops(study.plan, sample.outcome);
    distribution.mean_failures += failures / count;
    distribution.failures_per_day += failures / sample.outcome.days() / count;
    distribution.training_time_ratio += effective_training_time_ratio(sample.outcome) / count;
  }
  return distribution;
}

std::vector<Swing> tornado(const Study& study, int samples) {
  std::vector<Swing> swings;
  for (const Factor& factor : study.factors) {
    if (index(factor.input) >= index(Input::power)) continue;  // those do not move days
    Factors low = no_change(), high = no_change();
    low[index(factor.input)] = factor.p10;
    high[index(factor.input)] = factor.p90;
    swings.push_back({factor.input, mean_days(study, low, samples), mean_days(study, high, samples), factor.basis});
  }
  const auto width = [](const Swing& swing) { return std::abs(swing.at_p90 - swing.at_p10); };
  std::stable_sort(swings.begin(), swings.end(), [&](const Swing& a, const Swing& b) { return width(a) > width(b); });
  return swings;
}

}  // namespace sim::campaign
