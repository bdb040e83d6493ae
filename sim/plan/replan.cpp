#include "sim/plan/replan.hpp"

namespace sim::plan {

MemoryGain memory_gain(const iteration::Job& job, const std::set<std::string>& fixed, std::size_t simulations,
                       double factor) {
  const SearchSpace space = search_space(job, fixed);
  const SearchOptions options{.simulations = simulations, .top = 1};
  iteration::Job larger = job;
  auto& capacity = larger.fleet.front().chip.memory_capacity;
  if (capacity) capacity->value = factor * capacity->value;
  return {factor, search(job, space, options), search(larger, space, options)};
}

}  // namespace sim::plan
