#pragma once

#include "sim/engine/system.hpp"
#include "sim/iteration/usage.hpp"
#include "sim/program/pieces.hpp"

namespace sim::iteration {

/// A collective or message of one group as the engine runs it.
struct Exchange {
  cost::CollectiveTime time;
  engine::Activity activity;  ///< without its pattern's number
  UsagePattern pattern;
};

/// Uncontended time of a collective whose starts and steps take `step_latency` times as long; the algorithm stays.
[[nodiscard]] cost::CollectiveTime exchange_time(double step_latency, cost::Collective collective,
                                                 const cost::GroupShape& shape, Bytes bytes);

[[nodiscard]] UsagePattern usage_pattern(cost::Collective collective, const cost::CollectiveTime& time);

/// Prices a collective of a group that lies like this, and what its kernel takes from the work of its members.
[[nodiscard]] Exchange price_exchange(double step_latency, cost::Collective collective, const Geometry& geometry,
                                      Bytes bytes, program::Cores cores);

/// Share by which kernels take longer while such an exchange runs beside them.
[[nodiscard]] double exchange_slowdown(program::Cores cores, const Geometry& geometry);

/// A copy to or from host memory, which has the chip's host link to itself, each direction apart. Throws infeasible
/// where its rate is not known.
[[nodiscard]] engine::Activity host_copy(double step_latency, const Geometry& geometry, Bytes bytes);

/// Takes links out of a system's rows that never make anyone wait: below their capacity even if all meetings that use
/// them run at full speed at once. Numbers the others and gives them their capacity. `links`: how many there are.
void drop_free_links(engine::System& system, std::size_t links);

}  // namespace sim::iteration
