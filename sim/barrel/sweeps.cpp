#include "sim/barrel/sweeps.hpp"

#include <tbb/parallel_for.h>

#include <array>
#include <atomic>

namespace sim::barrel {
namespace {

constexpr std::array kFactors{0.125, 0.25, 0.5, 0.7, 0.85, 1.0, 1.2, 1.5, 2.0, 4.0};
constexpr double kLeastShare = 0.005;

}  // namespace

std::vector<Sweep> sweep_knobs(const iteration::Job& job, const Barrel& barrel, const Progress& progress) {
  std::vector<Sweep> sweeps;
  for (const StaveLength& stave : barrel.staves) {
    if (stave.knob && stave.share >= kLeastShare) sweeps.push_back({*stave.knob, {}});
  }
  const auto seconds = [](const iteration::Job& turned_job) {
    return iteration::simulate(turned_job, {.check_memory = false, .check_stability = false}).seconds.value();
  };
  const double base = seconds(job);
  for (Sweep& sweep : sweeps) {
    for (const double factor : kFactors) sweep.points.emplace_back(factor, 1.0);
  }
  std::atomic<std::size_t> done{0};
  const std::size_t all = sweeps.size() * kFactors.size();
  tbb::parallel_for(std::size_t{0}, all, [&](std::size_t task) {
    Sweep& sweep = sweeps[task / kFactors.size()];
    auto& [factor, relative] = sweep.points[task % kFactors.size()];
    if (factor != 1.0) relative = seconds(turned(job, sweep.knob, factor)) / base;
    if (progress) progress(++done, all);
  });
  return sweeps;
}

}  // namespace sim::barrel
