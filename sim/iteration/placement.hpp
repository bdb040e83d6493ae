#pragma once

#include <cstdint>
#include <vector>

#include "sim/iteration/job.hpp"
#include "sim/topology/cluster.hpp"

namespace sim::iteration {

/// Chip of every rank. Within an entry ranks lie in `strategy.rank_order`, without holes; an entry's spare chips are
/// its last ones. Empty where rank r is on chip r. The division of `job` must have passed check_feasible().
[[nodiscard]] std::vector<topology::ChipId> chips_of_ranks(const Job& job);

/// Chips that work, by fleet entry.
[[nodiscard]] std::vector<int> used_chips(const Job& job);

/// Entry whose chips run a stage; of replicas on several entries the first that has any.
[[nodiscard]] std::size_t entry_of_stage(const Job& job, int stage);

/// Entry whose chip runs a rank.
[[nodiscard]] std::size_t entry_of_rank(const Job& job, std::uint32_t rank);

/// Entries that run a stage.
[[nodiscard]] std::vector<std::size_t> entries_of_stage(const Job& job, int stage);

}  // namespace sim::iteration
