#pragma once

#include <set>
#include <string>

#include "sim/plan/search.hpp"

namespace sim::plan {

/// What more device memory would bring, through what it no longer forces: recompute, deep pipelines, sharding.
struct MemoryGain {
  double factor = 2;         ///< of the capacity
  SearchResult as_is, more;  ///< best strategies with the memory there is and with `factor` times as much
  /// 1 - T'/T of the two best iterations; 0 where nothing is possible.
  [[nodiscard]] double gain() const {
    return as_is.best.empty() || more.best.empty() ? 0 : 1 - more.best.front().seconds / as_is.best.front().seconds;
  }
};

/// Searches twice. Errors as search().
[[nodiscard]] MemoryGain memory_gain(const iteration::Job& job, const std::set<std::string>& fixed,
                                     std::size_t simulations, double factor = 2);

}  // namespace sim::plan
