#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "sim/replay/streams.hpp"

namespace sim::replay {

/// A stream of a rank, by their indices.
struct StreamPlace {
  std::uint32_t rank = 0;  ///< index in the list of traces
  std::uint32_t stream = 0;
};

/// Streams that do the same exchanges one after another: those of a process group, or the two ends of messages.
struct Encounter {
  bool is_message = false;
  std::vector<StreamPlace> members;  ///< of messages: sender, receiver
  std::vector<std::uint32_t> ranks;  ///< the same as ranks; of a group ascending
  std::vector<double> bytes;         ///< by instance: the most that a member puts in
};

/// All encounters of a set of traces.
struct Encounters {
  std::vector<Encounter> list;
  std::vector<std::vector<std::uint32_t>> of;  ///< by rank and stream: its encounter; kNoEncounter where none
  /// By rank and node, of receives: which message of its sender it is, from 1.
  std::vector<std::map<std::uint32_t, std::uint32_t>> message_of;
};

inline constexpr std::uint32_t kNoEncounter = 0xffffffffU;

/// Finds who exchanges with whom. Throws InputError naming what can never happen: a member that has no trace or does
/// not come, other types at the same place, a message that nobody sends or receives. Adds to `warnings`.
[[nodiscard]] Encounters match(const std::vector<chakra::Trace>& traces, const std::vector<RankStreams>& ranks,
                               const chakra::Groups& groups, std::map<std::string, std::size_t>& warnings);

}  // namespace sim::replay
