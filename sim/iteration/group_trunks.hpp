#pragma once

#include <functional>
#include <span>
#include <vector>

#include "sim/iteration/fabric_view.hpp"

namespace sim::iteration {

/// Members of a group on one leaf.
struct LeafShare {
  topology::VertexId leaf = topology::kNone;
  std::uint32_t pod = 0;
  int members = 0;
};

/// Ordered by leaf.
[[nodiscard]] std::vector<LeafShare> leaves_of(const FabricView& view, std::span<const topology::ChipId> chips);

/// Links from one switch up to the lowest one over both, or over the trunk between their groups, and down to the other.
void for_each_trunk(const FabricView& view, topology::VertexId from, topology::VertexId to,
                    const std::function<void(topology::LinkId)>& visit);

/// Rings and trees leave each pod once per rail: a ring over the pods, flow by flow, from leaf to leaf. `rails`: NICs
/// of a node that the group owns. Where a pod has fewer leaves than rails, several flows share a leaf.
void for_each_ring_flow(const std::vector<LeafShare>& leaves, double rails,
                        const std::function<void(topology::VertexId from, topology::VertexId to)>& visit);

/// All-to-all: what passes each link above the NICs, in buffers of one member: on an uplink of a leaf the share of its
/// members that leaves the pod (rails of a pod meet inside the nodes), above it the share that leaves what is below the
/// link, and over a trunk between groups what the members of the one have for those of the other.
void for_each_exchange(const FabricView& view, const std::vector<LeafShare>& leaves,
                       const std::function<void(topology::LinkId link, bool is_leaf, double buffers)>& visit);

}  // namespace sim::iteration
