#pragma once

#include <array>
#include <functional>
#include <optional>
#include <vector>

#include "sim/barrel/knobs.hpp"
#include "sim/iteration/simulate.hpp"

namespace sim::barrel {

/// d log T / d log knob of every knob along the critical path that `result` holds, discrete choices as they are;
/// negative, as longer is faster.
using Elasticities = std::array<double, kKnobs>;
[[nodiscard]] Elasticities elasticities(const iteration::IterationResult& result);

/// Whether none is beyond 1 in size: all rates together have -1. One may be above 0, where flows that end sooner meet
/// others on their links. Where many flows change each other's pace over and over, derivatives along the path grow
/// without bound: then none is known.
[[nodiscard]] bool are_known(const Elasticities& elasticities);

/// What lengthening one stave brings. Gains are 1 - T'/T, each from an iteration simulated anew.
struct Lengthened {
  double slope_longer = 0, slope_shorter = 0;  ///< d log T / d log knob over 0.1 % more, over 0.1 % less; negative
  /// One of them differs from the elasticity by more than 0.02, or by more than 2 % of one beyond 0.1: another chain
  /// of work takes over within the step.
  bool is_kink = false;
  double gain_tenth = 0;  ///< of 10 % more
  double gain_doubled = 0;
  double gain_unlimited = 0;  ///< of a millionfold
  double knee = 0;            ///< share of its length at which T grows by 1 %; 0: not even at a 256th
  [[nodiscard]] double slope() const { return (slope_longer + slope_shorter) / 2; }  ///< central difference
};

struct StaveLength {
  iteration::Stave stave{};
  double seconds = 0;  ///< of the pacing rank's iteration
  double share = 0;
  std::optional<Knob> knob;
  double elasticity = 0;                 ///< d log T / d log knob along the critical path; 0 without a knob, NaN: unknown
  std::optional<Lengthened> lengthened;  ///< of staves with a knob and seconds
  /// Bubble and imbalance: simulated without stages waiting for each other, and with the mean work for every rank.
  double gain_without = 0;
};

/// Two staves that bring more together than one by one.
struct Pair {
  Knob first{}, second{};
  double gain = 0;      ///< both doubled
  double together = 0;  ///< of it, beyond the sum of both alone
};

struct Barrel {
  double seconds = 0;               ///< T
  std::vector<StaveLength> staves;  ///< longest time first
  std::vector<Pair> pairs;          ///< that bring at least 1 % more together
  std::size_t simulations = 0;
};

/// One stave in short, as an answer shows it.
struct StaveOutline {
  std::optional<double> elasticity;  ///< of staves with a knob; empty: unknown
  std::optional<double> gain;        ///< of its knob doubled; of doing without bubble or imbalance; empty: too small
};
using Outline = std::array<StaveOutline, iteration::kStaves>;

/// By stave. `result` holds its critical path; one simulation for each stave of at least 1 % of the iteration, on all
/// threads, unless `with_gains` is false.
[[nodiscard]] Outline make_outline(const iteration::Job& job, const iteration::IterationResult& result,
                                   bool with_gains);

/// Called with the simulations done and in all.
using Progress = std::function<void(std::size_t, std::size_t)>;

/// The barrel of a simulated job. Every figure is an iteration simulated anew with one rate changed, on all threads;
/// the strategy stays, while algorithms of collectives and tiles of products are chosen anew. Staves under a thousandth
/// of the iteration are not turned.
[[nodiscard]] Barrel make_barrel(const iteration::Job& job, const iteration::IterationResult& result,
                                 const Progress& progress = {});

}  // namespace sim::barrel
