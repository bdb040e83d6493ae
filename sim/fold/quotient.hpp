#pragma once

#include "sim/fold/fold.hpp"
#include "sim/fold/partition.hpp"

namespace sim::fold {

/// One vertex per cell. Usage is taken from representatives of resources, never of meetings: only sums of weights per
/// resource are equal within a cell.
[[nodiscard]] Folded quotient(const engine::System& system, const EntriesByResource& entries,
                              const Partition& partition);

/// Turns collectives into fixed delays where only one actor of a folded system takes part, waits at once, and shares no
/// link, and merges runs of delays. Times stay the same to the picosecond.
void coalesce(engine::System& system);

}  // namespace sim::fold
