#include "sim/iteration/usage.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "sim/base/rng.hpp"
#include "sim/engine/run.hpp"

namespace sim::iteration {
namespace {

using topology::ChipId;
using topology::kNone;
using topology::LinkId;
using topology::VertexId;

double per_second(double bytes, BytesPerSecond rate) {
  return bytes == 0 ? 0 : bytes / rate.value();
}

// Bytes that leave a leaf upwards at most, per byte of one member's buffer.
double trunk_bytes(const Geometry& geometry, const UsagePattern& pattern) {
  if (geometry.pods == 1 || geometry.trunk_rate == BytesPerSecond(0)) return 0;
  if (pattern.is_send) return pattern.nic;
  if (!pattern.is_all_to_all) return pattern.trunk;
  const cost::GroupShape& shape = geometry.shape;
  const double leaving_node = static_cast<double>(shape.ranks - shape.ranks_per_node) / shape.ranks;
  const double inverse_efficiency = pattern.nic * shape.nics_per_node / shape.ranks_per_node / leaving_node;
  return geometry.leaf_share * inverse_efficiency / geometry.trunk_cables;  // many small flows: spread over all cables
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

struct LeafShare {
  VertexId leaf = kNone;
  std::uint32_t pod = 0;
  int members = 0;
};

std::vector<LeafShare> leaves_of(const FabricView& view, std::span<const ChipId> chips) {
  std::map<VertexId, LeafShare> leaves;
  for (const ChipId chip : chips) {
    const topology::ChipPlace& place = view.cluster.chips[chip];
    LeafShare& share = leaves[view.leaf_of(place.nic)];
    share.leaf = view.leaf_of(place.nic);
    share.pod = view.cluster.pod_of_node[place.node];
    ++share.members;
  }
  std::vector<LeafShare> list;
  for (const auto& [leaf, share] : leaves) list.push_back(share);
  return list;
}

// Up from one switch and down to another; the paths meet at the lowest common one.
void add_path(const FabricView& view, VertexId from, VertexId to, double bytes, std::uint64_t ends, RowBuilder& row) {
  std::vector<VertexId> above;
  for (VertexId vertex = to; vertex != kNone;) {
    above.push_back(vertex);
    const LinkId up = view.cluster.up[vertex];
    vertex = up == kNone ? kNone : view.cluster.links[up].to;
  }
  VertexId vertex = from;
  while (std::find(above.begin(), above.end(), vertex) == above.end()) {
    const LinkId up = view.cluster.up[vertex];
    row.add_trunk(up, bytes, ends);
    vertex = view.cluster.links[up].to;
  }
  for (const VertexId below : above) {
    if (below == vertex) break;
    row.add_trunk(view.cluster.down[below], bytes, ends);
  }
}

// Rings and trees leave each pod once per rail: a ring over the pods, rail by rail.
void add_pod_ring(const FabricView& view, const std::vector<LeafShare>& leaves, double bytes, ChipId first,
                  RowBuilder& row) {
  std::map<std::uint32_t, std::vector<VertexId>> by_pod;
  for (const LeafShare& share : leaves) by_pod[share.pod].push_back(share.leaf);
  if (by_pod.size() < 2) return;
  std::vector<std::vector<VertexId>> pods;
  for (auto& [pod, list] : by_pod) pods.push_back(std::move(list));
  for (std::size_t pod = 0; pod < pods.size(); ++pod) {
    const std::vector<VertexId>& next = pods[(pod + 1) % pods.size()];
    for (std::size_t rail = 0; rail < std::min(pods[pod].size(), next.size()); ++rail) {
      const std::uint64_t ends = std::uint64_t{first} << 32 | pods[pod][rail];
      add_path(view, pods[pod][rail], next[rail], bytes, ends, row);
    }
  }
}

void add_all_to_all_trunks(const FabricView& view, const std::vector<LeafShare>& leaves, const Geometry& geometry,
                           const UsagePattern& pattern, RowBuilder& row) {
  std::map<std::uint32_t, int> in_pod;
  for (const LeafShare& share : leaves) in_pod[share.pod] += share.members;
  const double worst = trunk_bytes(geometry, pattern) / geometry.leaf_share;
  for (const LeafShare& share : leaves) {
    const double leaving = share.members * (1.0 - static_cast<double>(in_pod[share.pod]) / geometry.shape.ranks);
    row.add_spread_trunk(view.cluster.up[share.leaf], worst * leaving);
    row.add_spread_trunk(view.cluster.down[share.leaf], worst * leaving);
  }
}

void add_send(const FabricView& view, std::span<const ChipId> chips, const Geometry& geometry,
              const UsagePattern& pattern, RowBuilder& row) {
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
        row.add_trunk(link, share * trunk_bytes(geometry, pattern), std::uint64_t{chips[0]} << 32 | chips[1]);
        break;
      case topology::LinkTier::host:
        break;  // private to the chip, and the NIC's rate already allows for it
    }
  });
}

}  // namespace

double seconds_per_byte(const Geometry& geometry, const UsagePattern& pattern) {
  return std::max({per_second(pattern.port, geometry.port_rate), per_second(pattern.nic, geometry.shape.nic_rate),
                   per_second(trunk_bytes(geometry, pattern), geometry.trunk_rate)});
}

BindingTier binding_tier(const Geometry& geometry, const UsagePattern& pattern) {
  const bool is_port = per_second(pattern.port, geometry.port_rate) >= seconds_per_byte(geometry, pattern);
  return is_port ? BindingTier::scale_up : BindingTier::scale_out;
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
    if (geometry.trunk_rate > BytesPerSecond(0)) {
      const std::vector<LeafShare> leaves = leaves_of(view, chips);
      if (pattern.is_all_to_all) add_all_to_all_trunks(view, leaves, geometry, pattern, row);
      if (!pattern.is_all_to_all) add_pod_ring(view, leaves, pattern.trunk, chips.front(), row);
    }
  }
  row.close();
}

}  // namespace sim::iteration
