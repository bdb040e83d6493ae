#pragma once

#include <cstdint>
#include <vector>

#include "sim/parallel/grid.hpp"
#include "sim/program/build.hpp"

namespace sim::iteration {

/// One communicator of a job: its ranks, ascending (of a message pair: sender, receiver), and the slots at which they
/// are attached.
struct Group {
  program::Slot slot = program::Slot::tensor;      ///< of the posting members
  program::Slot listener = program::Slot::tensor;  ///< of the second member of a message pair
  bool is_pair = false;
  std::vector<std::uint32_t> ranks;
};

/// Slots whose groups post something, in the order of their enumeration.
[[nodiscard]] std::vector<program::Slot> used_slots(const std::vector<program::Operation>& operations);

/// Groups of a slot, numbered stage by stage and base by base. make_group() reuses the memory of `group`.
[[nodiscard]] std::size_t group_count(const parallel::Strategy& strategy, program::Slot slot);
void make_group(const parallel::Strategy& strategy, program::Slot slot, std::size_t index, Group& group);

/// The group of a slot within one stage that a rank belongs to.
[[nodiscard]] Group group_of(const parallel::Strategy& strategy, program::Slot slot, std::uint32_t rank);

}  // namespace sim::iteration
