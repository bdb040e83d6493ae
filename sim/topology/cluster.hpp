#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "sim/base/units.hpp"
#include "sim/topology/spec.hpp"

namespace sim::topology {

using VertexId = std::uint32_t;
using LinkId = std::uint32_t;
using ChipId = std::uint32_t;
inline constexpr std::uint32_t kNone = 0xffffffffU;

/// `host` is the PCIe root that joins the chips of a node without a scale-up network.
enum class VertexKind : std::uint8_t { chip, scale_up_switch, host, nic, leaf, spine, core };

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
  FabricSpec fabric;         ///< joins its nodes with those of all entries that have an equal one
  int chips = 0;             ///< the last node may be partly filled
  int links_per_chip = 0;    ///< resolved scale-up links of a chip
  BytesPerSecond link_rate;  ///< usable rate of one scale-up link, one direction
  BytesPerSecond host_rate;  ///< chip to NIC, one direction
};

/// A chip's place in the machine.
struct ChipPlace {
  VertexId vertex = kNone;
  std::uint32_t node = 0;      ///< scale-up domain, over all entries
  std::uint16_t position = 0;  ///< in the node
  std::uint16_t entry = 0;
  VertexId nic = kNone;  ///< the NIC that it uses, kNone without a scale-out network
};

/// One link of a path inside a node, by its place among the links of the node's domain.
struct DomainHop {
  std::uint32_t link = 0;
  double share = 1;  ///< of the pair's traffic
};

/// Routes between the chips of one shape of mesh, torus or host-only node, shared by all nodes of that shape.
struct DomainRoutes {
  std::uint32_t chips = 0;
  std::vector<std::uint32_t> first;  ///< by from * chips + to: start in `hops`; empty for a torus
  std::vector<DomainHop> hops;
  std::vector<int> dimensions;      ///< of a torus; dimension 0 varies fastest with the position
  std::vector<std::uint32_t> edge;  ///< of a torus, by position * dimensions + d: edge to the next chip, kNone if none
};

/// A scale-up domain: its chips and the links inside it are contiguous.
struct NodePlace {
  ChipId first_chip = 0;
  std::uint32_t chips = 0;
  LinkId first_link = 0;         ///< mesh and torus: edge e is links 2e (from -> to) and 2e + 1
  std::uint32_t links = 0;       ///< of the domain
  std::uint32_t routes = kNone;  ///< in Cluster::routes, kNone for a switched domain
};

/// The trunks of a dragonfly: one directed link from every group to every other, group g being pod g. The switches of
/// the groups, and the links by source and then by target, are numbered one after the other.
struct GlobalLinks {
  std::uint32_t groups = 0;  ///< 0: no dragonfly, or one group
  VertexId first_switch = kNone;
  LinkId first_link = kNone;

  [[nodiscard]] LinkId between(std::uint32_t from, std::uint32_t to) const {
    return first_link + from * (groups - 1) + (to > from ? to - 1 : to);
  }
  /// The trunk between two roots of switch trees; kNone if they are not two groups of a dragonfly.
  [[nodiscard]] LinkId between_roots(VertexId from, VertexId to) const {
    const bool are_groups = groups > 0 && from >= first_switch && to >= first_switch;
    return are_groups && from != to ? between(from - first_switch, to - first_switch) : kNone;
  }
};

/// The built machine: one directed graph with capacities and latencies per direction, as flat arrays. Chips are
/// numbered in the order of entries, then nodes, then positions; the vertex of chip i is vertex i.
struct Cluster {
  std::vector<VertexKind> vertices;
  std::vector<Link> links;
  std::vector<ChipPlace> chips;
  std::uint32_t nodes = 0;
  std::vector<NodePlace> node_places;
  std::vector<DomainRoutes> routes;
  std::vector<std::uint32_t> pod_of_node;
  std::uint32_t pods = 0;            ///< over all islands
  std::uint32_t rails = 0;           ///< most NICs of a node; 0 without a scale-out network
  std::vector<LinkId> up;            ///< by vertex: link towards its parent in the switch tree, kNone at a root
  std::vector<LinkId> down;          ///< by vertex: link from its parent
  std::vector<LinkId> scale_up_out;  ///< by chip: its port into the switched domain, kNone for other kinds
  std::vector<LinkId> scale_up_in;   ///< by chip
  std::vector<std::uint32_t> island_of_entry;  ///< islands are numbered in the order of their first entries
  std::uint32_t islands = 1;
  std::uint32_t planes = 1;  ///< trees of one island that never meet above the NICs
  VertexId join = kNone;     ///< the switch over several islands
  GlobalLinks global;        ///< roots of a dragonfly's groups have no parent, but one another
};

/// Builds the graph: chip -> scale-up switch or neighbours, chip -> NIC -> leaf -> spine -> core and back. All planes
/// of a switched domain and all spines of a group of pods are merged into one vertex each (fluid ECMP over equal
/// parallel links). Chip p of a node uses NIC floor(p nics / chips); NIC i is on rail i, also where entries differ in
/// their NICs. Pods take nodes in order, over all entries. Uplinks are sized for a full pod (a full group of pods), so
/// a ragged last pod is better off. Without a scale-up network the NIC's vertex is its PCIe switch, and the host joins
/// these. Latencies: a scale-up hop is shared by the two links through a switch; a NIC's by its link, both ways; a
/// switch's by the links that enter it. Capacities are the wire's: efficiencies of routing and protocol belong to the
/// cost layer. Throws InputError (infeasible) when counts are impossible: a partly filled torus, a mesh that leaves a
/// chip out, more edges than the chip has links, more NICs than chips, several nodes of which one has no NIC.
///
/// A dragonfly's group is one leaf over all its NICs (the routers of the group, which are fully connected), and above
/// it one spine that stands for the router with the global link that a flow takes: the leaf's uplink is the local hop.
/// All groups have trunks of the same rate to all others; between nodes of different NICs the slower group's counts.
///
/// Entries with equal fabrics are one island: one tree over the nodes of all of them. Several islands have a tree each,
/// and the roots of all trees hang on one switch of kind `core` by trunks of `join`. Pods are numbered over all
/// islands. Throws InputError (infeasible) for several islands without a join, one island with a join, and an island
/// without a fabric, with planes or a dragonfly; for planes in nodes that are partly filled or differ in their NICs;
/// and for a dragonfly of more than 512 groups, or more than it says to have.
[[nodiscard]] Cluster build(const std::vector<ClusterEntry>& entries, const std::optional<JoinSpec>& join = {});

/// One island: `fabric` is that of every entry.
[[nodiscard]] Cluster build(std::vector<ClusterEntry> entries, const FabricSpec& fabric);

/// Calls `visit(link, share)` for every link that traffic from one chip to another crosses, with the share of it that
/// takes that link. Inside a node it stays in the domain: a mesh splits evenly over all shortest paths (GPUs 0 and 5 of
/// a DGX-1V: two hops); a torus goes dimension by dimension, dimension 0 first, the shorter way round, half each way
/// round where both are equal. Between nodes: host link, NIC, up to the lowest switch over both, down, NIC, host link;
/// in a dragonfly up to the group's switch, over the one trunk to the other group, down (minimal routing); where both
/// are on planes that never meet, the sender first hands its traffic inside its node to the first chip on the
/// receiver's plane (NCCL's PXN). Links are visited in path order on trees. Same chip: no call. Throws InputError
/// (infeasible) if nothing joins them.
void for_each_hop(const Cluster& cluster, ChipId from, ChipId to, const std::function<void(LinkId, double)>& visit);

}  // namespace sim::topology
