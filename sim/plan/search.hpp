#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "sim/plan/objective.hpp"
#include "sim/plan/search_space.hpp"
#include "sim/plan/strategy_bound.hpp"

namespace sim::plan {

/// A strategy that was simulated.
struct Found {
  parallel::Strategy strategy;
  Bound bound;
  double seconds = 0;  ///< of an iteration
  double cost = 0;     ///< of an iteration, by the search's objective
  Bytes memory;        ///< of the fullest stage
};

/// What a search has seen so far.
struct SearchCounts {
  std::uint64_t bounded = 0;                     ///< strategies bounded one by one
  std::uint64_t groups = 0;                      ///< of strategies with the same kernels
  std::uint64_t groups_too_slow = 0;             ///< that were bounded as a whole
  std::uint64_t too_slow = 0;                    ///< by their own bounds
  std::uint64_t simulated = 0;                   ///< by the engine
  std::map<std::string, std::uint64_t> refused;  ///< strategies by the reason why they cannot be
  double bounding_cpu_seconds = 0;
};

struct SearchOptions {
  Objective objective{};
  std::size_t simulations = 100;  ///< most strategies that the engine runs besides `first` and the job's own
  std::size_t top = 10;           ///< strategies that are kept
  /// Simulated before anything is bounded, as is the job's own: what a neighbour's search found. Each has to suit the
  /// job.
  std::vector<parallel::Strategy> first{};
  /// Called between simulations with the counts, the lowest cost so far (infinity: none) and the least bound left.
  std::function<void(const SearchCounts&, double best, double least)> progress{};
  const std::atomic<bool>* stops = nullptr;  ///< set: the best so far is the answer
};

struct SearchResult {
  std::vector<Found> best;  ///< cheapest first; empty: nothing is feasible
  SearchCounts counts;
  double gap = 0;  ///< no strategy of the space costs less than the first by more than this share; 0: none does
  bool was_stopped = false;
};

/// The fastest strategy of the space (or the cheapest, by the objective) for the job, whose fleet is of one entry:
/// branch and bound over lower bounds, the engine runs what they leave over, in order of their bounds. The answer does
/// not depend on the number of threads. Throws InputError for a fleet of several entries.
[[nodiscard]] SearchResult search(const iteration::Job& job, const SearchSpace& space,
                                  const SearchOptions& options = {});

/// Every strategy of the space that is feasible and fits, simulated, cheapest first: the oracle of small searches.
[[nodiscard]] std::vector<Found> simulate_all(const iteration::Job& job, const SearchSpace& space,
                                              const Objective& objective = {});

}  // namespace sim::plan
