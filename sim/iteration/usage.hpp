#pragma once

#include <span>

#include "sim/flow/rows.hpp"
#include "sim/iteration/geometry.hpp"

namespace sim::iteration {

/// Which links a collective loads, in bytes on a link per byte of its buffer, already divided by the algorithm's
/// efficiency: the factors of cost::CollectiveTime.
struct UsagePattern {
  bool is_all_to_all = false;
  bool is_send = false;
  double port = 0;
  double nic = 0;
  double trunk = 0;
};

/// Seconds per byte of the buffer on the most loaded link of the group.
[[nodiscard]] double seconds_per_byte(const Geometry& geometry, const UsagePattern& pattern);

enum class BindingTier : std::uint16_t { scale_up, scale_out, host };
[[nodiscard]] BindingTier binding_tier(const Geometry& geometry, const UsagePattern& pattern);

/// What the books need to know of an exchange, packed into the tag of its activity: the tier that binds its flow, and
/// the shares of the time before the flow that links (the same tier) and copies in memory take; the rest is latency.
struct ExchangeTag {
  BindingTier tier = BindingTier::scale_up;
  double link_share = 0, memory_share = 0;  ///< [0, 1], kept to 1/127
  [[nodiscard]] std::uint16_t packed() const;
  [[nodiscard]] static ExchangeTag of(std::uint16_t tag);
};

/// Adds one row: every link that the group's flow uses, weighted by the share of the link that it takes at full speed
/// (kFullWeight on the most loaded one). `chips` ascending; of a send, sender first.
void add_row(const FabricView& view, std::span<const topology::ChipId> chips, const Geometry& geometry,
             const UsagePattern& pattern, flow::Rows& rows);

}  // namespace sim::iteration
