#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/base/units.hpp"
#include "sim/engine/sim_time.hpp"
#include "sim/topology/cluster.hpp"

namespace sim::iteration {

/// What a span is: a part that holds others, work or a wait by what bounds it, or an exchange.
enum class SpanKind : std::uint8_t {
  pass,
  step,
  unit,
  tensor_compute,
  hbm_bandwidth,
  launch,
  skew,
  bubble,  ///< for others to arrive, be they later or busier
  latency,
  scale_up,
  scale_out,
  host_link,
  exchange,
};
inline constexpr int kSpanKinds = 13;

inline constexpr std::uint32_t kNoName = 0xffffffffU;

/// Something that lasts. Spans of one stream nest or do not overlap.
struct Span {
  engine::SimTime begin, end;
  std::uint32_t name = 0;         ///< in Timeline::names
  std::uint32_t cause = kNoName;  ///< of an exchange: the name of what started it
  SpanKind kind = SpanKind::pass;
  std::uint8_t depth = 0;  ///< spans of depth 0 of a cell's first stream tile its iteration
  double bytes = 0;        ///< of an exchange: its buffer
};

/// What happens one thing after another: a chip's computation, or one of its communicators.
struct Stream {
  std::string name;
  std::vector<Span> spans;  ///< by beginning, holders before what they hold
};

/// Ranks that behave alike, shown once.
struct TimelineCell {
  std::vector<std::uint32_t> ranks;  ///< ascending
  int stage = 0;
  std::string chip;
  engine::SimTime begin;        ///< of its iteration
  std::vector<Stream> streams;  ///< the first one computes and waits
};

struct SpanPlace {
  std::uint32_t cell = 0, stream = 0, span = 0;
};

/// A message of the pipeline, from its transfer to the pass that it lets begin.
struct Flow {
  SpanPlace from, to;
};

/// Load of one link, one direction, over one period of the steady state: `share` of what it carries in a step, from
/// each moment on; the last point is the period's end.
struct LinkLoad {
  struct Point {
    engine::SimTime at;
    double share;
  };
  std::string name;
  topology::LinkTier tier = topology::LinkTier::scale_up;
  BytesPerSecond rate;         ///< all of it
  double mean = 0;             ///< over the iteration
  engine::SimTime resolution;  ///< points are means over this long; 0: exact
  std::vector<Point> points;
};

/// How much of a timeline is written.
enum class Detail : std::uint8_t {
  passes,   ///< passes, waits between them, messages, exchanges of gradients and parameters
  layers,   ///< and the layers of each pass
  kernels,  ///< and kernels, waits and exchanges inside of them
};

/// One iteration as it was simulated.
struct Timeline {
  std::string title;
  engine::SimTime period;  ///< of the iteration: in steady state the next one is the same, this much later
  std::uint32_t ranks = 0;
  Detail detail = Detail::kernels;
  std::uint32_t cells_left_out = 0;  ///< of those asked for, for the size
  std::vector<std::string> names;
  std::vector<TimelineCell> cells;
  std::vector<Flow> flows;
  std::vector<LinkLoad> loads;
};

}  // namespace sim::iteration
