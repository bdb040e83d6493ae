#include "sim/iteration/groups.hpp"

#include <array>

namespace sim::iteration {

using parallel::GroupPattern;
using parallel::Strategy;
using program::Slot;

namespace {

bool is_message(Slot slot) {
  return slot == Slot::send_next || slot == Slot::send_previous;
}

GroupPattern stage_pattern(const Strategy& strategy, Slot slot) {
  switch (slot) {
    case Slot::expert_tensor:
      return pattern_of(strategy, parallel::Axis::expert_tensor);
    case Slot::expert:
      return pattern_of(strategy, parallel::Axis::expert);
    case Slot::context:
      return pattern_of(strategy, parallel::Axis::context);
    case Slot::data:
      return pattern_of(strategy, parallel::Axis::data);
    case Slot::expert_data:
      return pattern_of(strategy, parallel::Axis::expert_data);
    case Slot::replica:
      return pattern_of(strategy, parallel::Axis::replica);
    case Slot::expert_replica:
      return pattern_of(strategy, parallel::Axis::expert_replica);
    case Slot::to_host:
    case Slot::from_host:
      return {1, 1};
    default:
      return pattern_of(strategy, parallel::Axis::tensor);
  }
}

void make_message_pair(const Strategy& strategy, Slot slot, std::size_t index, Group& group) {
  const auto stage_ranks = static_cast<std::size_t>(strategy.stage_ranks());
  const auto stages = static_cast<std::size_t>(strategy.pp);
  const std::size_t step = slot == Slot::send_next ? 1 : stages - 1;
  const std::size_t target = (index / stage_ranks + step) % stages * stage_ranks + index % stage_ranks;
  group.is_pair = true;
  group.listener = slot == Slot::send_next ? Slot::receive_previous : Slot::receive_next;
  group.ranks = {static_cast<std::uint32_t>(index), static_cast<std::uint32_t>(target)};
}

// The two copies of DualPipe stand on stages s and pp - 1 - s.
bool spans_two_stages(const Strategy& strategy, Slot slot) {
  return strategy.copies() == 2 && (slot == Slot::data || slot == Slot::expert_data);
}

}  // namespace

std::vector<Slot> used_slots(const std::vector<program::Operation>& operations) {
  std::array<bool, program::kSlots> is_used{};
  for (const program::Operation& operation : operations) is_used[static_cast<std::size_t>(operation.slot)] = true;
  std::vector<Slot> slots;
  for (std::size_t slot = 0; slot < is_used.size(); ++slot) {
    if (is_used[slot]) slots.push_back(static_cast<Slot>(slot));
  }
  return slots;
}

std::size_t group_count(const Strategy& strategy, Slot slot) {
  if (slot == Slot::world) return 1;
  if (slot == Slot::tied_embedding) return static_cast<std::size_t>(strategy.stage_ranks());
  if (is_message(slot)) return static_cast<std::size_t>(strategy.ranks());
  const int size = stage_pattern(strategy, slot).size * (spans_two_stages(strategy, slot) ? 2 : 1);
  return static_cast<std::size_t>(strategy.ranks() / size);
}

void make_group(const Strategy& strategy, Slot slot, std::size_t index, Group& group) {
  group.slot = group.listener = slot;
  group.is_pair = false;
  group.ranks.clear();
  if (is_message(slot)) {
    make_message_pair(strategy, slot, index, group);
    return;
  }
  if (slot == Slot::tied_embedding) {
    const std::size_t last_stage = static_cast<std::size_t>(strategy.ranks() - strategy.stage_ranks());
    group.ranks = {static_cast<std::uint32_t>(index), static_cast<std::uint32_t>(last_stage + index)};
    return;
  }
  const bool is_world = slot == Slot::world;
  const GroupPattern pattern = is_world ? GroupPattern{strategy.ranks(), 1} : stage_pattern(strategy, slot);
  const auto stride = static_cast<std::size_t>(pattern.stride);
  const auto size = static_cast<std::size_t>(pattern.size);
  const std::size_t base = index / stride * stride * size + index % stride;
  for (std::size_t i = 0; i < size; ++i) group.ranks.push_back(static_cast<std::uint32_t>(base + i * stride));
  if (!spans_two_stages(strategy, slot)) return;
  const auto stage_ranks = static_cast<std::size_t>(strategy.stage_ranks());
  const std::size_t stage = base / stage_ranks, mirror = static_cast<std::size_t>(strategy.pp) - 1 - stage;
  for (std::size_t i = 0; i < size; ++i) {
    group.ranks.push_back(static_cast<std::uint32_t>(base + i * stride + (mirror - stage) * stage_ranks));
  }
}

Group group_of(const Strategy& strategy, Slot slot, std::uint32_t rank) {
  const GroupPattern pattern = stage_pattern(strategy, slot);
  const auto stride = static_cast<std::uint32_t>(pattern.stride), size = static_cast<std::uint32_t>(pattern.size);
  const std::uint32_t base = rank - rank / stride % size * stride;
  Group group{slot, slot, false, {}};
  for (std::uint32_t i = 0; i < size; ++i) group.ranks.push_back(base + i * stride);
  return group;
}

}  // namespace sim::iteration
