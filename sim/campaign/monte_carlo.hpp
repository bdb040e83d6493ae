#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "sim/campaign/energy.hpp"
#include "sim/campaign/money.hpp"
#include "sim/campaign/run.hpp"
#include "sim/campaign/uncertainty.hpp"

namespace sim::campaign {

/// A plan, what is not known about it, and how often to play it.
struct Study {
  Plan plan;
  std::optional<PowerPlan> power;     ///< empty: the power of some chip is not known
  std::optional<FleetPrices> prices;  ///< empty: no price for some chip; needs `power`
  std::vector<Factor> factors;
  int samples = 200;
  std::uint64_t seed = 1;
};

struct Quantiles {
  double p10 = 0, p50 = 0, p90 = 0;
};

/// Linear between order statistics (Hyndman and Fan 1996, type 7). `values` need not be sorted; at least one.
[[nodiscard]] Quantiles quantiles(std::vector<double> values);

/// What many runs of one plan came to.
struct Distribution {
  std::vector<double> days;  ///< by sample, in the order of their draws
  Quantiles day_quantiles, goodput;
  std::optional<Quantiles> megawatt_hours;  ///< at the meter
  std::optional<Quantiles> dollars;
  Cost mean_cost;
  Quantiles end_seconds;                 ///< since 1970-01-01
  std::array<double, kStates> shares{};  ///< mean share of the elapsed time by state; sum to 1
  double failures_per_day = 0;           ///< unplanned stops, mean; without waiting for deliveries
  double mean_failures = 0;              ///< of a run
  double training_time_ratio = 0;        ///< effective_training_time_ratio(), mean
};

/// Plays the study's samples on all threads; the same figures at any thread count. Throws as run() does.
[[nodiscard]] Distribution play(const Study& study);

/// Mean days of the first `samples` draws of a plan as it stands.
[[nodiscard]] double mean_days(const Plan& plan, int samples, std::uint64_t seed);

/// The sample nearest to the median of the days, stretch by stretch.
[[nodiscard]] std::vector<Stretch> median_timeline(const Study& study, const Distribution& distribution);

/// Mean days when one input is at its P10 or P90 and the others as stated, with the same failures drawn.
struct Swing {
  Input input{};
  double at_p10 = 0, at_p90 = 0;  ///< days
  std::string basis;
};

/// By width, widest first.
[[nodiscard]] std::vector<Swing> tornado(const Study& study, int samples);

}  // namespace sim::campaign
