#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <vector>

#include "sim/campaign/plan.hpp"
#include "sim/campaign/run.hpp"

namespace sim::campaign {

/// What a whole run depends on and nobody knows exactly.
enum class Input { step_time, failure_rate, downtime, repair_time, storage_time, power, chip_price, electricity_price };
inline constexpr std::size_t kInputs = 8;
inline constexpr std::array<const char*, kInputs> kInputNames{
    "step time",    "failure rate", "time of a restart", "time of a repair",
    "storage time", "power",        "price of chips",    "price of electricity"};

/// Ten per cent of the cases are below `p10` times the stated value and ten above `p90` times; half below 1.
struct Factor {
  Input input{};
  double p10 = 1, p90 = 1;
  std::string basis;  ///< where the range comes from
};

/// A factor for every input.
using Factors = std::array<double, kInputs>;

[[nodiscard]] constexpr std::size_t index(Input input) {
  return static_cast<std::size_t>(input);
}
[[nodiscard]] Factors no_change();

/// Normal in its logarithm on either side of 1, with the two sides' own widths. One set for each sample, by Latin
/// hypercube (McKay, Beckman and Conover 1979): every input has one value in each of `samples` equally likely
/// intervals, so that quantiles need far fewer samples than with independent draws. Depends on the seed and on
/// `samples` alone.
[[nodiscard]] std::vector<Factors> drawn_factors(const std::vector<Factor>& factors, std::uint64_t seed, int samples);

/// The plan with its times and rates multiplied: step times, failures per hour, detection to restart, repairs,
/// checkpoint stalls with writing and loading.
[[nodiscard]] Plan varied(const Plan& plan, const Factors& factors);

}  // namespace sim::campaign
