#include "sim/iteration/usage.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "sim/base/rng.hpp"
#include "sim/engine/run.hpp"
#include "sim/iteration/group_trunks.hpp"

namespace sim::iteration {
namespace {

using topology::ChipId;
using topology::kNone;
using topology::LinkId;
using topology::VertexId;

constexpr double kTagSteps = 127;  // seven bits

double per_second(double bytes, BytesPerSecond rate) {
  return bytes == 0 ? 0 : bytes / rate.value();
}

bool crosses_binding_trunk(const Geometry& geometry) {
  return geometry.ring_rate > BytesPerSecond(0) || geometry.trunk_rate > BytesPerSecond(0) ||
         geometry.exchange_rate > BytesPerSecond(0);
}

// All-to-all: bytes on the wire per byte that a member sends out of its node.
double inverse_efficiency(const Geometry& geometry, const UsagePattern& pattern) {
  const cost::GroupShape& shape = geometry.shape;
  const double leaving_node = static_cast<double>(shape.ranks - shape.ranks_per_node) / shape.ranks;
  return pattern.nic * shape.nics_per_node / shape.ranks_per_node / leaving_node;
}

// All-to-all: bytes that leave a leaf upwards at most, on one cable, per byte of one member's buffer.
double leaf_bytes(const Geometry& geometry, const UsagePattern& pattern) {
  if (geometry.trunk_rate == BytesPerSecond(0)) return 0;
  return geometry.leaf_share * inverse_efficiency(geometry, pattern) / geometry.trunk_cables;  // many small flows
}

// Seconds per byte of the buffer on the trunk that fills first.
double trunk_seconds(const Geometry& geometry, const UsagePattern& pattern) {
  if (!crosses_binding_trunk(geometry)) return 0;
  if (pattern.is_send) return per_second(pattern.nic, geometry.ring_rate);
  if (!pattern.is_all_to_all) return per_second(pattern.trunk, geometry.ring_rate);
  const double leaf = per_second(leaf_bytes(geometry, pattern), geometry.trunk_rate);
  if (geometry.exchange_rate == BytesPerSecond(0)) return leaf;
  return std::max(leaf, per_second(inverse_efficiency(geometry, pattern), geometry.exchange_rate));
}

/// Collects the links of one row; a link that several parts of the pattern cross gets the sum.
class RowBuilder {
 public:
  RowBuilder(const FabricView& view, double seconds, flow::Rows& rows) : view_(view), seconds_(seconds), rows_(rows) {}

  void add(LinkId link, double bytes) {
    if (link == kNone || bytes <= 0) return;
    add_share(link, bytes / view_.rate[link].value());
  }

  /// `busy`: seconds per byte of the buffer that the link is busy.
  void add_share(LinkId link, double busy) {
    const double share = busy / seconds_;
    const auto weight = static_cast<std::int64_t>(std::llround(share * static_cast<double>(engine::kFullWeight)));
    rows_.add(link, std::clamp<std::int64_t>(weight, 1, engine::kFullWeight));
  }

  /// One flow: of a hashed uplink it takes the cable that its ends pick.
  void add_trunk(LinkId link, double bytes, std::uint64_t ends) {
    if (link == kNone || !view_.trunk_binds[link]) return;
    const std::uint32_t cables = view_.cables_of(link);
    const std::uint32_t resource = cables == 1 ? link : view_.first_cable[link] + hash(ends) % cables;
    trunks_[resource] += bytes;
  }

  /// Many small flows that fill all cables alike; `bytes` on each cable.
  void add_spread_trunk(LinkId link, double bytes) {
    if (link == kNone || !view_.trunk_binds[link]) return;
    const std::uint32_t cables = view_.cables_of(link);
    for (std::uint32_t cable = 0; cable < cables; ++cable) {
      trunks_[cables == 1 ? link : view_.first_cable[link] + cable] += bytes;
    }
  }

  void close() {
    for (const auto& [link, bytes] : trunks_) add(link, bytes);
    rows_.close_row();
  }

 private:
  static std::uint32_t hash(std::uint64_t ends) {
    return static_cast<std::uint32_t>(RandomStream(ends, 0).bits(0) >> 32);
  }

  const FabricView& view_;
  double seconds_;
  flow::Rows& rows_;
  std::map<LinkId, double> trunks_;
};

// A mesh: the rings of the group use all links between its members alike, as long as its slowest port.
void add_mesh_node(const FabricView& view, const topology::NodePlace& node, std::span<const ChipId> chips, double busy,
                   RowBuilder& row) {
  for (LinkId link = node.first_link; link < node.first_link + node.links; ++link) {
    const topology::Link& edge = view.cluster.links[link];
    const bool is_inside = std::binary_search(chips.begin(), chips.end(), edge.from) &&
                           std::binary_search(chips.begin(), chips.end(), edge.to);
    if (is_inside) row.add_share(link, busy);
  }
}

void add_ports(const FabricView& view, std::span<const ChipId> chips, double bytes, BytesPerSecond port_rate,
               RowBuilder& row) {
  if (bytes == 0 || port_rate == BytesPerSecond(0)) return;
  std::uint32_t last_node = kNone;
  for (const ChipId chip : chips) {
    const topology::ChipPlace& place = view.cluster.chips[chip];
    if (view.cluster.scale_up_out[chip] != kNone) {
      row.add(view.cluster.scale_up_out[chip], bytes);
      row.add(view.cluster.scale_up_in[chip], bytes);
    } else if (place.node != last_node) {
      add_mesh_node(view, view.cluster.node_places[place.node], chips, bytes / port_rate.value(), row);
    }
    last_node = place.node;
  }
}

// Each flow of a ring picks one cable of a hashed trunk, by its ends.
void add_pod_ring(const FabricView& view, const std::vector<LeafShare>& leaves, const Geometry& geometry, double bytes,
                  ChipId first, RowBuilder& row) {
  for_each_ring_flow(leaves, geometry.shape.nics_per_node, [&](VertexId from, VertexId to) {
    const std::uint64_t ends = std::uint64_t{first} << 32 | from;
    for_each_trunk(view, from, to, [&](LinkId link) { row.add_trunk(link, bytes, ends); });
  });
}

void add_all_to_all_trunks(const FabricView& view, const std::vector<LeafShare>& leaves, const Geometry& geometry,
                           const UsagePattern& pattern, RowBuilder& row) {
  const double worst = leaf_bytes(geometry, pattern) / geometry.leaf_share;
  const double above = inverse_efficiency(geometry, pattern);
  for_each_exchange(view, leaves, [&](LinkId link, bool is_leaf, double buffers) {
    const double one_cable =
        is_leaf ? worst * (geometry.trunk_cables / view.cables_of(link)) : above / view.cables_of(link);
    row.add_spread_trunk(link, one_cable * buffers);
  });
}

void add_send(const FabricView& view, std::span<const ChipId> chips, const Geometry& geometry,
              const UsagePattern& pattern, RowBuilder& row) {
  const double trunk_bytes = crosses_binding_trunk(geometry) ? pattern.nic : 0.0;
  topology::for_each_hop(view.cluster, chips[0], chips[1], [&](LinkId link, double share) {
    switch (view.cluster.links[link].tier) {
      case topology::LinkTier::scale_up:
        row.add(link, share * pattern.port);
        break;
      case topology::LinkTier::nic:
        row.add(link, share * pattern.nic);
        break;
      case topology::LinkTier::leaf_uplink:
      case topology::LinkTier::trunk:
        row.add_trunk(link, share * trunk_bytes, std::uint64_t{chips[0]} << 32 | chips[1]);
        break;
      case topology::LinkTier::host:
        break;  // private to the chip, and the NIC's rate already allows for it
    }
  });
}

}  // namespace

// Of chips without links of their own the host carries what ports would: the price of the exchange has that already.
double port_seconds(const Geometry& geometry, const UsagePattern& pattern) {
  return geometry.port_rate == BytesPerSecond(0) ? 0 : per_second(pattern.port, geometry.port_rate);
}

double seconds_per_byte(const Geometry& geometry, const UsagePattern& pattern) {
  return std::max({port_seconds(geometry, pattern),
                   geometry.nics_for_each * per_second(pattern.nic, geometry.shape.nic_rate),
                   trunk_seconds(geometry, pattern)});
}

BindingTier binding_tier(const Geometry& geometry, const UsagePattern& pattern) {
  const bool is_port = port_seconds(geometry, pattern) >= seconds_per_byte(geometry, pattern);
  return is_port ? BindingTier::scale_up : BindingTier::scale_out;
}

std::uint16_t ExchangeTag::packed() const {
  const auto steps = [](double share) { return static_cast<unsigned>(std::lround(share * kTagSteps)); };
  return static_cast<std::uint16_t>(static_cast<unsigned>(tier) | steps(link_share) << 2U | steps(memory_share) << 9U);
}

ExchangeTag ExchangeTag::of(std::uint16_t tag) {
  const auto share = [](unsigned steps) { return (steps & 127U) / kTagSteps; };
  return {static_cast<BindingTier>(tag & 3U), share(tag >> 2U), share(tag >> 9U)};
}

void add_row(const FabricView& view, std::span<const ChipId> chips, const Geometry& geometry,
             const UsagePattern& pattern, flow::Rows& rows) {
  const double seconds = seconds_per_byte(geometry, pattern);
  RowBuilder row(view, seconds, rows);
  if (seconds > 0 && pattern.is_send) {
    add_send(view, chips, geometry, pattern, row);
  } else if (seconds > 0) {
    add_ports(view, chips, pattern.port, geometry.port_rate, row);
    VertexId last = kNone;
    for (const ChipId chip : chips) {
      const VertexId nic = view.cluster.chips[chip].nic;
      if (nic == kNone || nic == last || pattern.nic == 0) continue;
      last = nic;
      row.add(view.cluster.up[nic], pattern.nic);
      row.add(view.cluster.down[nic], pattern.nic);
    }
    if (crosses_binding_trunk(geometry)) {
      const std::vector<LeafShare> leaves = leaves_of(view, chips);
      if (pattern.is_all_to_all) add_all_to_all_trunks(view, leaves, geometry, pattern, row);
      if (!pattern.is_all_to_all) add_pod_ring(view, leaves, geometry, pattern.trunk, chips.front(), row);
    }
  }
  row.close();
}

}  // namespace sim::iteration
