#pragma once

#include <vector>

#include "sim/engine/system.hpp"
#include "sim/replay/meetings.hpp"
#include "sim/replay/replay.hpp"

namespace sim::replay {

/// Traces as the engine runs them: an actor for each stream, which works through its nodes one after another. Other
/// streams of the rank learn of its progress by a meeting that takes no time.
struct Assembled {
  engine::System system;
  std::vector<StreamPlace> actors;         ///< which stream each one is
  std::vector<std::uint32_t> first_actor;  ///< by rank: its first stream's
  std::vector<std::uint32_t> node_of;      ///< by instruction: the node that it belongs to, kNoEncounter: none
};

/// Builds the system. Throws InputError where the iteration would take longer than time can say, or a copy's rate is
/// not known, and infeasible for traces that are too large. Adds to `warnings`.
[[nodiscard]] Assembled assemble(const iteration::FabricView& view, const std::vector<chakra::Trace>& traces,
                                 const std::vector<RankStreams>& ranks, const Encounters& encounters,
                                 const Options& options, std::map<std::string, std::size_t>& warnings);

}  // namespace sim::replay
