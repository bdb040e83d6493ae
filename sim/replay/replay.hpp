#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/base/units.hpp"
#include "sim/chakra/trace.hpp"
#include "sim/iteration/fabric_view.hpp"

namespace sim::replay {

/// How what was recorded becomes time on the fleet.
struct Options {
  double scale_with_operations = 1;     ///< multiplies the duration of compute nodes that say num_ops
  double scale_without_operations = 1;  ///< of the others
  double event_budget = 2e9;            ///< most events that a run may need; beyond it the traces are refused
};

/// Where one rank's iteration went, s: what its chip computes and what shows of the rest. Sums to the iteration.
struct RankShare {
  std::uint32_t rank = 0;
  double compute = 0;
  double scale_up = 0;   ///< waiting for exchanges whose flow the links inside a node bound
  double scale_out = 0;  ///< the same of the network
  double host = 0;       ///< waiting for work and copies of the host
  double others = 0;     ///< waiting for other ranks to arrive, and at the end for the last one
};

struct Result {
  Seconds seconds;
  std::vector<RankShare> ranks;  ///< ascending
  std::uint32_t slowest = 0;     ///< index in `ranks` of the one that computes most
  std::uint64_t nodes = 0, events = 0;
  std::vector<std::string> warnings;  ///< what was not understood, or taken for something like it
};

/// Simulates one iteration of these traces, rank r on the chip that the view gives it. `traces` ascending by rank.
/// Throws InputError for traces that cannot be run: circles, partners that do not come, groups that do not exist.
[[nodiscard]] Result replay(const iteration::FabricView& view, const std::vector<chakra::Trace>& traces,
                            const chakra::Groups& groups, const Options& options = {});

}  // namespace sim::replay
