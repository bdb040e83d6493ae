#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "sim/base/units.hpp"
#include "sim/topology/spec.hpp"

namespace sim::topology {

using VertexId = std::uint32_t;
using LinkId = std::uint32_t;
using ChipId = std::uint32_t;
inline constexpr std::uint32_t kNone = 0xffffffffU;

enum class VertexKind : std::uint8_t { chip, scale_up_switch, nic, leaf, spine, core };

/// What a directed link is for: the stave that waiting on it belongs to, and what a degraded part may name.
enum class LinkTier : std::uint8_t { scale_up, host, nic, leaf_uplink, trunk };

/// One direction of a cable or of a trunk of equal parallel cables (fluid ECMP).
struct Link {
  VertexId from = kNone;
  VertexId to = kNone;
  BytesPerSecond capacity;
  Seconds latency;
  LinkTier tier = LinkTier::scale_up;
};

/// One entry of a fleet as the builder needs it: equal nodes of equal chips.
struct ClusterEntry {
  NodeSpec node;
  int chips = 0;                    ///< the last node may be partly filled
  int links_per_chip = 0;           ///< resolved scale-up links of a chip
  BytesPerSecond link_rate;         ///< usable rate of one scale-up link, one direction
  BytesPerSecond host_rate;         ///< chip to NIC, one direction
};

/// A chip's place in the machine.
struct ChipPlace {
  VertexId vertex = kNone;
  std::uint32_t node = 0;      ///< scale-up domain, over all entries
  std::uint16_t position = 0;  ///< in the node
  std::uint16_t entry = 0;
  VertexId nic = kNone;        ///< the NIC that it uses, kNone without a scale-out network
};

/// The built machine: one directed graph with capacities and latencies per direction, as flat arrays. Chips are
/// numbered in the order of entries, then nodes, then positions.
struct Cluster {
  std::vector<VertexKind> vertices;
  std::vector<Link> links;
  std::vector<ChipPlace> chips;
  std::uint32_t nodes = 0;
  std::vector<std::uint32_t> pod_of_node;
  std::uint32_t pods = 0;
  std::uint32_t rails = 0;             ///< NICs of a node
  std::vector<LinkId> up;              ///< by vertex: link towards its parent in the switch tree, kNone at a root
  std::vector<LinkId> down;            ///< by vertex: link from its parent
  std::vector<LinkId> scale_up_out;    ///< by chip: its port into the switched domain, kNone for meshes
  std::vector<LinkId> scale_up_in;     ///< by chip
  std::vector<std::vector<LinkId>> mesh_links;  ///< by node: links of a mesh or torus domain, in edge order, both ways
};

/// Builds the graph. Chips that one fabric joins must share the number of rails per node.
/// Throws InputError (infeasible) when counts are impossible.
[[nodiscard]] Cluster build(const std::vector<ClusterEntry>& entries, const FabricSpec& fabric);

/// Calls `visit(link, share)` for every link that traffic from one chip to another crosses, with the share of it that
/// takes that link (1 on a tree; fractions where equal shortest paths split a mesh). Same chip: no call.
void for_each_hop(const Cluster& cluster, ChipId from, ChipId to, const std::function<void(LinkId, double)>& visit);

}  // namespace sim::topology
