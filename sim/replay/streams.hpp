#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/chakra/trace.hpp"

namespace sim::replay {

/// What works through nodes one after another on a rank.
enum class StreamKind : std::uint8_t {
  compute,     ///< of the chip
  host,        ///< computation on the CPU
  mark,        ///< nodes that take no time
  load,        ///< copies from host memory
  store,       ///< copies to host memory
  collective,  ///< of one process group
  send,        ///< to one rank, of one process group
  receive,     ///< from one rank, of one process group
};

struct Stream {
  StreamKind kind = StreamKind::compute;
  std::string group;
  std::uint32_t peer = 0;            ///< of messages
  std::vector<std::uint32_t> nodes;  ///< indices, in the order in which they run
};

/// The nodes of one rank in streams; the first one computes, and may be empty.
struct RankStreams {
  std::vector<Stream> streams;
  std::vector<std::uint32_t> stream_of;           ///< by node
  std::vector<std::uint32_t> place_of;            ///< by node, from 1: its place in its stream
  std::vector<std::vector<std::uint32_t>> after;  ///< by node: the nodes that it depends on
};

/// Most streams of a rank.
inline constexpr std::size_t kMostStreams = 250;

/// Divides a rank's nodes. A stream runs them by ascending id as far as dependencies allow. Throws InputError naming
/// nodes that wait for each other, and where there are too many streams.
[[nodiscard]] RankStreams divide(const chakra::Trace& trace);

/// "rank 3, node 17 "all-reduce"".
[[nodiscard]] std::string node_name(const chakra::Trace& trace, std::uint32_t node);

}  // namespace sim::replay
