#pragma once

#include <set>
#include <string>
#include <vector>

#include "sim/plan/search.hpp"

namespace sim::plan {

/// A chip in the place of the job's, with the fastest strategy that was found for it.
struct ChipTried {
  std::size_t chip = 0;  ///< index
  Found found;
};

struct ChipSearchOptions {
  std::set<std::string> fixed;   ///< axes that are not searched
  std::size_t simulations = 12;  ///< of each search
  std::size_t searched = 1;      ///< chips that are searched, of those that look fastest
};

/// The job with another chip, of the same kernels, links and nodes.
[[nodiscard]] iteration::Job with_chip(const iteration::Job& job, const hardware::Chip& chip);

/// Chips in the place of those of the job's only fleet entry, fastest first. All run the job's own strategy and the
/// best one of the job's own chip; the `searched` fastest get searches of their own, the others are left out. Chips
/// that can run neither are searched last. Empty: no chip can run the job.
[[nodiscard]] std::vector<ChipTried> fastest_chips(const iteration::Job& job, const std::vector<hardware::Chip>& chips,
                                                   const parallel::Strategy& usual, const ChipSearchOptions& options);

}  // namespace sim::plan
