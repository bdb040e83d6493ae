#pragma once

#include "sim/fold/partition.hpp"

namespace sim::fold {

/// Checks with integers and sorted lists, not hashes, that every member of a cell meets the conditions under which
/// equal cells have equal histories. Throws InternalError naming the first vertex that does not.
///
/// C1: actors of a cell have equal programs and stretch, and at every slot meetings of one cell.
/// C2: meetings of a cell have equal shape, the same set of (member cell, slot), and for each pattern the same set of
///     (resource cell).
/// C3: resources of a cell have equal capacity, and for every meeting cell and pattern equal sums of weights.
void certify(const engine::System& system, const EntriesByResource& entries, const Partition& partition);

}  // namespace sim::fold
