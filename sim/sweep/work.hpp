#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>

#include "sim/sweep/journal.hpp"

namespace sim::sweep {

/// How a sweep is worked off.
struct Work {
  int jobs = 0;                                                    ///< threads; 0: as many as the machine has
  const std::atomic<bool>* stops = nullptr;                        ///< no further point is begun once it is true
  std::function<std::string(std::int64_t index)> row;              ///< called by several threads at a time
  std::function<void(std::size_t done, std::size_t of)> progress;  ///< of this run's points; may be empty
};

/// Simulates the points of the journal's shard that have no row yet, or failed; each row is on the disk before its
/// thread begins another. What `row` throws ends the sweep and is passed on. Returns true when every point has its row.
bool work_off(Journal& journal, const Work& work);

}  // namespace sim::sweep
