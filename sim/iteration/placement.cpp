#include "sim/iteration/placement.hpp"

#include <algorithm>

#include "sim/parallel/grid.hpp"

namespace sim::iteration {
namespace {

using parallel::Coordinate;
using parallel::RankAxis;
using parallel::Strategy;
using topology::ChipId;

std::vector<ChipId> first_chips(const Job& job) {
  std::vector<ChipId> first;
  ChipId next = 0;
  for (const FleetEntry& entry : job.fleet) {
    first.push_back(next);
    next += static_cast<ChipId>(entry.count);
  }
  return first;
}

/// A rank's place along one axis, and how many places there are.
struct Extent {
  int at = 0;
  int size = 1;
};

Extent extent_of(const Strategy& s, const Coordinate& place, RankAxis axis) {
  switch (axis) {
    case RankAxis::tensor:
      return {place.tp, s.tp};
    case RankAxis::context:
      return {place.cp, s.cp};
    case RankAxis::data:
      return {place.dp, s.dp};
    case RankAxis::pipeline:
      break;
  }
  return {place.pp, s.pp};
}

ChipId ordered_index(const Strategy& s, const Coordinate& place) {
  int index = 0, stride = 1;
  for (const RankAxis axis : s.rank_order) {
    const Extent extent = extent_of(s, place, axis);
    index += extent.at * stride;
    stride *= extent.size;
  }
  return static_cast<ChipId>(index);
}

// The entry that holds item `index` when entries hold `shares` items each, in order; `index` becomes its place there.
std::size_t holder_of(const std::vector<int>& shares, int& index) {
  std::size_t entry = 0;
  while (index >= shares[entry]) index -= shares[entry++];
  return entry;
}

}  // namespace

std::vector<ChipId> chips_of_ranks(const Job& job) {
  const Strategy& s = job.strategy;
  const bool is_plain = job.division.by == Division::By::order && s.rank_order == parallel::kMegatronOrder;
  if (is_plain) return {};
  const std::vector<ChipId> first = first_chips(job);
  std::vector<ChipId> chips;
  for (int rank = 0; rank < s.ranks(); ++rank) {
    Coordinate place = parallel::coordinate_of(s, static_cast<parallel::Rank>(rank));
    Strategy held = s;
    std::size_t entry = 0;
    if (job.division.by == Division::By::stages) {
      entry = holder_of(job.division.shares, place.pp);
      held.pp = job.division.shares[entry];
    } else if (job.division.by == Division::By::replicas) {
      entry = holder_of(job.division.shares, place.dp);
      held.dp = job.division.shares[entry];
    }
    chips.push_back(first[entry] + ordered_index(held, place));
  }
  return chips;
}

std::vector<int> used_chips(const Job& job) {
  const Strategy& s = job.strategy;
  std::vector<int> used;
  int left = s.ranks();
  for (std::size_t entry = 0; entry < job.fleet.size(); ++entry) {
    switch (job.division.by) {
      case Division::By::stages:
        used.push_back(job.division.shares[entry] * s.stage_ranks());
        break;
      case Division::By::replicas:
        used.push_back(job.division.shares[entry] * s.tp * s.cp * s.pp);
        break;
      default:
        used.push_back(std::min(left, job.fleet[entry].count));
        break;
    }
    left -= used.back();
  }
  return used;
}

std::vector<std::size_t> entries_of_stage(const Job& job, int stage) {
  if (job.division.by == Division::By::stages) {
    return {holder_of(job.division.shares, stage)};
  }
  std::vector<std::size_t> entries;
  const std::vector<int> used = used_chips(job);
  if (job.division.by == Division::By::order && job.strategy.rank_order == parallel::kMegatronOrder) {
    const std::int64_t first = std::int64_t{stage} * job.strategy.stage_ranks();
    const std::int64_t end = first + job.strategy.stage_ranks();
    std::int64_t begin = 0;
    for (std::size_t entry = 0; entry < used.size(); begin += used[entry++]) {
      if (begin < end && begin + used[entry] > first) entries.push_back(entry);
    }
    return entries;
  }
  for (std::size_t entry = 0; entry < used.size(); ++entry) {
    if (used[entry] > 0) entries.push_back(entry);
  }
  return entries;
}

std::size_t entry_of_rank(const Job& job, std::uint32_t rank) {
  const std::vector<ChipId> chips = chips_of_ranks(job);
  const ChipId chip = chips.empty() ? rank : chips[rank];
  const std::vector<ChipId> first = first_chips(job);
  return static_cast<std::size_t>(std::upper_bound(first.begin(), first.end(), chip) - first.begin()) - 1;
}

std::size_t entry_of_stage(const Job& job, int stage) {
  return entries_of_stage(job, stage).front();
}

}  // namespace sim::iteration
