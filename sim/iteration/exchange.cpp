#include "sim/iteration/exchange.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "sim/base/error.hpp"
#include "sim/cost/collective_parts.hpp"
#include "sim/engine/run.hpp"

namespace sim::iteration {
namespace {

using cost::CollectiveTime;

// Share by which computation slows beside a collective where the cores that it holds are not known: mean of arXiv
// 2507.03114 (A100, H100, MI200, collectives on the same chip). kind: measured.
constexpr double kOverlapSlowdown = 0.189;

// Issuing and starting an asynchronous copy. Assumed, about that of a kernel launch and its completion.
constexpr double kHostCopyStart = 10e-6;  // s

/// A collective, and what bounds the time before its flow: shares of it, the rest is latency.
struct Priced {
  CollectiveTime time;
  double link_share = 0, memory_share = 0;
};

// Of the time before the flow only starts and steps grow with the job's step latency; the algorithm stays.
Priced price(double step_latency, cost::Collective collective, const cost::GroupShape& shape, Bytes bytes) {
  Priced priced{collective_time(collective, shape, bytes), 0, 0};
  const Seconds before = priced.time.latency;
  if (before == Seconds(0)) return priced;
  const cost::CollectiveParts parts = cost::collective_parts(collective, shape, bytes, priced.time);
  const Seconds steps = std::min(parts.latency, before);
  const Seconds copies = std::min(parts.memory, before - steps);
  priced.time.latency = before - steps + step_latency * steps;
  priced.link_share = (before - steps - copies) / priced.time.latency;
  priced.memory_share = copies / priced.time.latency;
  return priced;
}

}  // namespace

CollectiveTime exchange_time(double step_latency, cost::Collective collective, const cost::GroupShape& shape,
                             Bytes bytes) {
  if (step_latency == 1) return collective_time(collective, shape, bytes);  // what binds it does not matter
  return price(step_latency, collective, shape, bytes).time;
}

UsagePattern usage_pattern(cost::Collective collective, const CollectiveTime& time) {
  return {cost::is_all_to_all(collective), collective == cost::Collective::send, time.scale_up_usage, time.nic_usage,
          time.trunk_usage};
}

// Share by which delays of the members grow while an exchange runs: work spreads over the cores that are left
// (docs/model.md, "Contention").
double exchange_slowdown(program::Cores what, const Geometry& geometry) {
  if (what == program::Cores::none) return 0;
  const bool is_collective = what == program::Cores::collective;
  const hardware::LinkGeneration* link = geometry.shape.link;
  const auto taken = link == nullptr ? std::nullopt : is_collective ? link->collective_cores : link->message_cores;
  if (!taken || geometry.cores == 0) return is_collective ? kOverlapSlowdown : 0;
  const double held = std::min(taken->value, geometry.cores / 2);
  return held / (geometry.cores - held);
}

Exchange price_exchange(double step_latency, cost::Collective collective, const Geometry& geometry, Bytes bytes,
                        program::Cores cores) {
  const Priced priced = price(step_latency, collective, geometry.shape, bytes);
  const CollectiveTime& time = priced.time;
  Exchange exchange{time, {}, usage_pattern(collective, time)};
  const double transfer = bytes.value() * seconds_per_byte(geometry, exchange.pattern);
  engine::Activity& activity = exchange.activity;
  activity.latency = engine::SimTime::from(time.latency).picoseconds();
  activity.transfer = engine::SimTime::from(std::max(time.transfer, Seconds(transfer))).picoseconds();
  activity.tag = ExchangeTag{binding_tier(geometry, exchange.pattern), priced.link_share, priced.memory_share}.packed();
  // Folding takes a rank that has posted nothing as undisturbed.
  check(cores == program::Cores::none || collective != cost::Collective::send,
        "a message would slow its receiver, who does not post it");
  activity.drag = static_cast<std::uint32_t>(std::lround(1e6 * exchange_slowdown(cores, geometry)));
  return exchange;
}

engine::Activity host_copy(double step_latency, const Geometry& geometry, Bytes bytes) {
  const BytesPerSecond rate = geometry.shape.host_path;
  if (rate == BytesPerSecond(0)) {
    throw infeasible("parallel.offload: the rate of the chip's host link is not known",
                     "give the node a host_rate, or the chip a host_link");
  }
  engine::Activity activity;
  activity.latency = engine::SimTime::from(step_latency * Seconds(kHostCopyStart)).picoseconds();
  activity.transfer = engine::SimTime::from(bytes / rate).picoseconds();
  activity.tag = ExchangeTag{BindingTier::host, 0, 0}.packed();
  return activity;
}

// A link that stays below its capacity even if all its groups run at full speed at once never makes anyone wait. A
// group runs one operation at a time, so the largest weight over its patterns counts once.
void drop_free_links(engine::System& system, std::size_t links) {
  std::vector<std::int64_t> most(links, 0), of_meeting(links, 0);
  std::vector<std::uint32_t> last_meeting(links, engine::kNoMeeting);
  flow::Rows& rows = system.rows;
  for (std::uint32_t meeting = 0; meeting < system.meetings(); ++meeting) {
    const std::uint32_t last = rows.begin[(meeting + 1) * system.patterns];
    for (std::uint32_t entry = rows.begin[meeting * system.patterns]; entry < last; ++entry) {
      const std::uint32_t link = rows.resource[entry];
      if (std::exchange(last_meeting[link], meeting) != meeting) of_meeting[link] = 0;
      most[link] += std::max<std::int64_t>(0, rows.weight[entry] - of_meeting[link]);
      of_meeting[link] = std::max(of_meeting[link], rows.weight[entry]);
    }
  }
  std::vector<std::uint32_t> number(most.size(), topology::kNone);
  flow::Rows kept;
  for (std::uint32_t row = 0; row < rows.count(); ++row) {
    for (std::uint32_t entry = rows.begin[row]; entry < rows.begin[row + 1]; ++entry) {
      const std::uint32_t link = rows.resource[entry];
      if (most[link] <= engine::kFullWeight) continue;
      if (number[link] == topology::kNone) {
        number[link] = static_cast<std::uint32_t>(system.capacity.size());
        system.capacity.push_back(engine::kFullWeight);
      }
      kept.add(number[link], rows.weight[entry]);
    }
    kept.close_row();
  }
  rows = std::move(kept);
}

}  // namespace sim::iteration
