#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sim/base/sourced.hpp"
#include "sim/base/units.hpp"

namespace sim::topology {

/// How the chips of one scale-up domain are joined.
enum class ScaleUpKind {
  none,      ///< only over the host (PCIe)
  switched,  ///< every chip drives all its links into switches: any pair at full rate (NVSwitch, UB)
  mesh,      ///< explicit point-to-point links (DGX-1V cube mesh, full mesh of 910B or MI300X)
  torus,     ///< torus of chips (TPU); `dimensions` gives its size, a dimension of 2 has one edge, not two
};

/// Point-to-point links between two chips of a node, by position in the node.
struct MeshEdge {
  int from = 0;
  int to = 0;
  int links = 1;
};

/// One scale-up domain: a server, a rack (NVL72) or a torus slice. A file of topologies/nodes.
struct NodeSpec {
  std::string id;
  std::string title;
  std::string usual_chip;  ///< part whose links join the node where nothing else is said
  std::string source;      ///< of the counts and edges
  int chips = 8;
  int chips_per_host = 8;  ///< chips that fail together with one host
  ScaleUpKind scale_up = ScaleUpKind::switched;
  int links_per_chip = 0;  ///< 0: as the chip's scale-up port says
  std::vector<MeshEdge> mesh;
  std::vector<int> dimensions;
  Sourced<Seconds> scale_up_latency;  ///< to a neighbouring chip, through the switch if there is one
  int nics = 8;
  Sourced<BytesPerSecond> nic_rate;   ///< one NIC, one direction
  Sourced<BytesPerSecond> host_rate;  ///< chip to NIC or to the host (PCIe), one direction; 0: as the chip's host link
  Sourced<Seconds> nic_latency;
};

enum class FabricKind {
  none,           ///< one node, or nodes that are not joined
  rail_fat_tree,  ///< NIC i of every node of a pod on leaf i of that pod
  fat_tree,       ///< all NICs of a node on the same leaf
  rail_planes,    ///< NIC i on leaf i, and a tree of its own for each i: planes meet only inside the nodes
  dragonfly,      ///< groups of nodes, each on routers of its own; every two groups joined by a trunk (Kim et al. 2008)
};

/// How flows spread over the parallel cables of an uplink.
enum class Routing {
  fluid,   ///< evenly: adaptive routing, packet spray
  hashed,  ///< each flow stays on the cable that a hash of its ends picks (plain ECMP)
};

/// The scale-out network that joins nodes. A file of topologies names a node and a fabric.
struct FabricSpec {
  FabricKind kind = FabricKind::none;
  std::string source;           ///< of the counts and ratios
  std::string network;          ///< collective constants, a file of catalog/networks
  int nodes_per_pod = 32;       ///< nodes that share their leaf switches; of a dragonfly: nodes of one group
  int pods_per_core = 0;        ///< pods under one spine layer; 0: two tiers, all pods under one spine. Of a dragonfly:
                                ///< groups of the whole machine, over which links spread; 0: those that are filled
  double oversubscription = 1;  ///< downlink over uplink capacity of a leaf, >= a small positive number
  double core_oversubscription = 1;  ///< of a spine layer; of a dragonfly: NICs of a group over its global links
  Routing routing = Routing::fluid;
  bool in_network_reduction = false;  ///< the switches sum all-reduces (InfiniBand SHARP)
  Sourced<Seconds> switch_latency;    ///< one switch and its cable
};

/// What joins islands, nodes with fabrics of their own: one switch over the roots of all of them.
struct JoinSpec {
  std::string source;
  std::string network;                  ///< collective constants of groups over islands, a file of catalog/networks
  Sourced<BytesPerSecond> island_rate;  ///< all uplinks of one island together, one direction
  Sourced<Seconds> latency;             ///< one uplink, one way
  Routing routing = Routing::fluid;
};

/// `fabrics`: by entry of a fleet. Throws InputError for different fabrics that nothing joins, a join of which one
/// member has no fabric, and (contradictory input) a join of equal fabrics.
void check_join(const std::vector<FabricSpec>& fabrics, const std::optional<JoinSpec>& join);

struct TopologySpec {
  std::string id;
  std::string title;
  NodeSpec node;
  FabricSpec fabric;
  int default_chips = 0;           ///< count that `simulate topology` shows when none is given
  int drawn_chips = 0;             ///< of a graph (GraphML, DOT): the chips that it has; 0: no graph, any count
  BytesPerSecond drawn_link_rate;  ///< of a graph: one scale-up link, one direction; 0: it has none
};

}  // namespace sim::topology
