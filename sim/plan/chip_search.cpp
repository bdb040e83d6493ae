#include "sim/plan/chip_search.hpp"

#include <tbb/parallel_for.h>

#include <algorithm>
#include <limits>
#include <numeric>

#include "sim/base/error.hpp"

namespace sim::plan {
namespace {

constexpr double kNever = std::numeric_limits<double>::infinity();

// Infinity: it cannot run.
double seconds_of(iteration::Job job, const parallel::Strategy& strategy) {
  job.strategy = strategy;
  job.division = {};
  job.schedule.reset();
  try {
    return iteration::simulate(job, {.check_stability = false}).seconds.value();
  } catch (const InputError&) {
    return kNever;
  }
}

}  // namespace

iteration::Job with_chip(const iteration::Job& job, const hardware::Chip& chip) {
  iteration::Job changed = job;
  changed.fleet.front().chip = chip;
  return changed;
}

std::vector<ChipTried> fastest_chips(const iteration::Job& job, const std::vector<hardware::Chip>& chips,
                                     const parallel::Strategy& usual, const ChipSearchOptions& options) {
  std::vector<double> seconds(chips.size());
  tbb::parallel_for(std::size_t{0}, chips.size(), [&](std::size_t i) {
    const iteration::Job changed = with_chip(job, chips[i]);
    seconds[i] = std::min(seconds_of(changed, job.strategy), seconds_of(changed, usual));
  });
  std::vector<std::size_t> order(chips.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return seconds[a] < seconds[b]; });
  order.resize(std::min(order.size(), options.searched));
  std::vector<ChipTried> tried;
  for (const std::size_t index : order) {
    const iteration::Job changed = with_chip(job, chips[index]);
    const SearchResult result =
        search(changed, search_space(changed, options.fixed), {.simulations = options.simulations, .top = 1});
    if (!result.best.empty()) tried.push_back({index, result.best.front()});
  }
  std::stable_sort(tried.begin(), tried.end(),
                   [](const ChipTried& a, const ChipTried& b) { return a.found.seconds < b.found.seconds; });
  return tried;
}

}  // namespace sim::plan
