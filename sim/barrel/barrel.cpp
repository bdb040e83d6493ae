#include "sim/barrel/barrel.hpp"

#include <tbb/parallel_for.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

namespace sim::barrel {
namespace {

using iteration::Job;
using iteration::Stave;
using iteration::Without;

constexpr double kStep = 1e-3;  // of a central difference
constexpr double kKink = 0.02;  // slope off the elasticity, absolutely, and as a share of one that is
constexpr double kLarge = 0.1;  // beyond this
constexpr double kUnlimited = 1e6;
constexpr double kKnee = 0.01;  // growth of T
constexpr double kShortest = 1.0 / 256;
constexpr int kKneeRounds = 4;
constexpr double kLeastShare = 1e-3;  // of a stave that is turned
constexpr double kOutlineShare = 0.01;
constexpr double kPairShare = 0.03;  // of staves that are paired

/// Simulates the job with rates changed.
class Bench {
 public:
  Bench(const Job& job, double seconds) : job_(job), seconds_(seconds) {}

  // T'/T of one knob.
  double relative(Knob knob, double factor) { return simulated(turned(job_, knob, factor)); }
  double relative(Without without) { return simulated(job_, without); }
  double relative(Knob a, Knob b, double factor) { return simulated(turned(turned(job_, a, factor), b, factor)); }
  [[nodiscard]] std::size_t count() const { return count_; }

 private:
  double simulated(const Job& job, Without without = Without::nothing) {
    ++count_;
    const iteration::Options options{.check_memory = false, .check_stability = false, .without = without};
    return iteration::simulate(job, options).seconds.value() / seconds_;
  }

  const Job& job_;
  double seconds_;
  std::atomic<std::size_t> count_{0};
};

// Share of the length at which T has grown by kKnee. The slope says where to look first.
double find_knee(Bench& bench, Knob knob, double slope) {
  const double longest = std::log(kShortest);
  double low = std::max(longest, std::log1p(kKnee) / std::min(slope, -1e-9)), high = 0;  // T grows enough at low
  while (bench.relative(knob, std::exp(low)) < 1 + kKnee) {
    if (low <= longest) return 0;
    high = low;
    low = std::max(longest, 2 * low);
  }
  for (int round = 0; round < kKneeRounds; ++round) {
    const double middle = (low + high) / 2;
    (bench.relative(knob, std::exp(middle)) < 1 + kKnee ? high : low) = middle;
  }
  return std::exp((low + high) / 2);
}

bool differs(double slope, double elasticity) {
  const double gap = std::abs(slope - elasticity);
  return gap > kKink || (elasticity < -kLarge && gap > -kKink * elasticity);
}

Lengthened lengthen(Bench& bench, Knob knob, double elasticity) {
  Lengthened figures;
  figures.slope_longer = std::log(bench.relative(knob, 1 + kStep)) / std::log1p(kStep);
  figures.slope_shorter = std::log(bench.relative(knob, 1 - kStep)) / std::log1p(-kStep);
  figures.is_kink = differs(figures.slope_longer, elasticity) || differs(figures.slope_shorter, elasticity);
  figures.gain_tenth = 1 - bench.relative(knob, 1.1);
  figures.gain_doubled = 1 - bench.relative(knob, 2);
  figures.gain_unlimited = 1 - bench.relative(knob, kUnlimited);
  figures.knee = find_knee(bench, knob, figures.slope());
  return figures;
}

std::optional<Knob> knob_of(Stave stave) {
  for (std::size_t knob = 0; knob < kKnobs; ++knob) {
    if (stave_of(static_cast<Knob>(knob)) == stave) return static_cast<Knob>(knob);
  }
  return std::nullopt;
}

// What the knobs are compared with; never the run of eight phases that answers for an unstable one.
double symmetric_seconds(const Job& job, const iteration::IterationResult& result) {
  if (!result.simulation.spread) return result.seconds.value();
  return iteration::simulate(job, {.check_memory = false, .check_stability = false}).seconds.value();
}

std::vector<StaveLength> staves_of(const iteration::IterationResult& result) {
  std::vector<StaveLength> staves;
  for (std::size_t stave = 0; stave < result.pacing.staves.size(); ++stave) {
    StaveLength length;
    length.stave = static_cast<Stave>(stave);
    length.seconds = result.pacing.staves[stave];
    length.share = length.seconds / result.seconds.value();
    length.knob = knob_of(length.stave);
    staves.push_back(length);
  }
  std::stable_sort(staves.begin(), staves.end(),
                   [](const StaveLength& a, const StaveLength& b) { return a.seconds > b.seconds; });
  return staves;
}

std::vector<Pair> pairs_of(const std::vector<StaveLength>& staves) {
  std::vector<Pair> pairs;
  for (std::size_t i = 0; i < staves.size(); ++i) {
    for (std::size_t j = i + 1; j < staves.size(); ++j) {
      const bool both = staves[i].knob && staves[j].knob && staves[j].share > kPairShare;
      if (both) pairs.push_back({*staves[i].knob, *staves[j].knob, 0, 0});
    }
  }
  return pairs;
}

Without without_of(Stave stave) {
  return stave == Stave::bubble ? Without::pipeline_waits : Without::imbalance;
}

void turn(Bench& bench, StaveLength& stave) {
  if (stave.knob) {
    stave.lengthened = lengthen(bench, *stave.knob, stave.elasticity);
  } else {
    stave.gain_without = 1 - bench.relative(without_of(stave.stave));
  }
}

// Skew between ranks is a share of their work and shortens with it.
iteration::StaveSeconds with_skew_spread(iteration::StaveSeconds path) {
  const std::array kWork{Stave::tensor_compute, Stave::hbm_bandwidth, Stave::launch};
  double work = 0;
  for (const Stave stave : kWork) work += path[index(stave)];
  const double skew = std::exchange(path[index(Stave::imbalance)], 0.0);
  for (const Stave stave : kWork) path[index(stave)] *= work > 0 ? 1 + skew / work : 1;
  return path;
}

void set_elasticities(const Job& job, std::vector<StaveLength>& staves) {
  const iteration::Options options{.check_memory = false, .check_stability = false, .critical_path = true};
  const Elasticities values = elasticities(iteration::simulate(job, options));
  for (StaveLength& stave : staves) {
    const double unknown = std::numeric_limits<double>::quiet_NaN();
    if (stave.knob) stave.elasticity = are_known(values) ? values[index(*stave.knob)] : unknown;
  }
}

double gain_alone(const std::vector<StaveLength>& staves, Knob knob) {
  for (const StaveLength& stave : staves) {
    if (stave.knob == knob && stave.lengthened) return stave.lengthened->gain_doubled;
  }
  return 0;
}

}  // namespace

Elasticities elasticities(const iteration::IterationResult& result) {
  const iteration::StaveSeconds path = with_skew_spread(*result.critical_path);
  const double seconds = std::accumulate(path.begin(), path.end(), 0.0);
  Elasticities values{};
  for (std::size_t knob = 0; knob < kKnobs; ++knob) {
    values[knob] = -path[index(stave_of(static_cast<Knob>(knob)))] / seconds;
  }
  return values;
}

bool are_known(const Elasticities& elasticities) {
  constexpr double kRounding = 0.02;
  return std::all_of(elasticities.begin(), elasticities.end(),
                     [](double value) { return std::abs(value) <= 1 + kRounding; });
}

Outline make_outline(const Job& job, const iteration::IterationResult& result, bool with_gains) {
  Outline outline;
  const Elasticities values = elasticities(result);
  std::vector<Stave> turning;
  for (std::size_t i = 0; i < outline.size(); ++i) {
    const auto stave = static_cast<Stave>(i);
    const auto knob = knob_of(stave);
    if (knob && are_known(values)) outline[i].elasticity = values[index(*knob)];
    if (result.pacing.staves[i] >= kOutlineShare * result.seconds.value()) turning.push_back(stave);
  }
  if (!with_gains) return outline;
  Bench bench(job, symmetric_seconds(job, result));
  tbb::parallel_for(std::size_t{0}, turning.size(), [&](std::size_t i) {
    const auto knob = knob_of(turning[i]);
    outline[index(turning[i])].gain = 1 - (knob ? bench.relative(*knob, 2) : bench.relative(without_of(turning[i])));
  });
  return outline;
}

Barrel make_barrel(const Job& job, const iteration::IterationResult& result, const Progress& progress) {
  Barrel barrel;
  barrel.seconds = result.seconds.value();
  barrel.staves = staves_of(result);
  barrel.pairs = pairs_of(barrel.staves);
  set_elasticities(job, barrel.staves);
  std::vector<StaveLength*> turning;
  for (StaveLength& stave : barrel.staves) {
    if (!stave.knob || stave.share >= kLeastShare) turning.push_back(&stave);
  }
  Bench bench(job, symmetric_seconds(job, result));
  std::atomic<std::size_t> done{0};
  const std::size_t all = turning.size() + barrel.pairs.size();
  tbb::parallel_for(std::size_t{0}, all, [&](std::size_t task) {
    if (task < turning.size()) {
      turn(bench, *turning[task]);
    } else {
      Pair& pair = barrel.pairs[task - turning.size()];
      pair.gain = 1 - bench.relative(pair.first, pair.second, 2);
    }
    if (progress) progress(++done, all);
  });
  for (Pair& pair : barrel.pairs)
    pair.together = pair.gain - gain_alone(barrel.staves, pair.first) - gain_alone(barrel.staves, pair.second);
  std::erase_if(barrel.pairs, [](const Pair& pair) { return pair.together < 0.01; });
  barrel.simulations = bench.count();
  return barrel;
}

}  // namespace sim::barrel
