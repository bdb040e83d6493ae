#pragma once

#include <string>
#include <vector>

#include "sim/topology/cluster.hpp"

namespace sim::topology {

/// Where a part of a graph stands in its file, from 1; line 0: nowhere.
struct GraphPlace {
  int line = 0;
  int column = 0;
};

/// A vertex of a machine that somebody drew. `any_switch`: leaf, spine or core, which its distance from the NICs tells.
struct GraphVertex {
  enum class Kind { chip, scale_up_switch, host, nic, leaf, spine, core, any_switch };

  std::string name;
  Kind kind = Kind::chip;
  GraphPlace place;
};

/// A cable, or several between the same two vertices.
struct GraphEdge {
  std::uint32_t from = 0;  ///< index of a vertex
  std::uint32_t to = 0;
  bool both_ways = true;    ///< false: of a directed graph, whose other direction is an edge of its own
  BytesPerSecond capacity;  ///< one direction, of all its cables together
  Seconds latency;          ///< one way
  double links = 0;         ///< scale-up links of a chip that it stands for; 0: not said, or no scale-up link
  std::string tier;         ///< what the file calls it; empty: follows from its ends
  GraphPlace place;
};

/// A machine as a graph, from GraphML or DOT, and what a graph cannot say in its vertices and edges.
struct FabricGraph {
  std::string title;
  std::string chip;     ///< the part whose links join the nodes
  std::string network;  ///< collective constants, a file of catalog/networks
  std::string source;
  Routing routing = Routing::fluid;
  bool in_network_reduction = false;
  int chips_per_host = 0;       ///< 0: all chips of a node
  int groups = 0;               ///< of a dragonfly of which the graph is a part; 0: all are drawn
  std::vector<int> dimensions;  ///< of a torus; empty: the nodes are none
  std::vector<GraphVertex> vertices;
  std::vector<GraphEdge> edges;
  GraphPlace place;  ///< of the graph itself
};

/// A graph and the figures of which it is made, where it is one of the shapes that build() knows.
struct RecognisedGraph {
  NodeSpec node;
  FabricSpec fabric;
  int chips = 0;
  BytesPerSecond link_rate;  ///< one scale-up link, one direction; 0 without a scale-up network
};

/// The figures from which build() makes `graph`. Parallel switches are merged as build() merges them: scale-up switches
/// that join the same chips, leaves of the same NICs, spines of the same leaves, cores of the same spines, if what is
/// below has equal cables to each. Then the machine is built and compared with the graph link by link, so that what
/// is returned is the graph and nothing of it was dropped: the same vertices, the same capacities (1e-6), and
/// the same latencies, of which a cable's is the mean of both directions. Throws InputError with the place
/// (line and column only) for graphs that cannot be (a self loop, a capacity that is none, a chip joined to nothing:
/// exit 2) and for those that are no machine that build() makes (exit 3): nodes that differ, nodes partly filled, pods
/// of different sizes but for the last, a trunk or uplink unlike the others, more than three tiers of switches,
/// scale-up networks of more than one tier, NICs with two leaves that differ, hosts between a chip and its NIC in nodes
/// with a scale-up network.
[[nodiscard]] RecognisedGraph recognise(const FabricGraph& graph);

/// The graph of a machine of one kind of node: vertices and links as build() makes them, both directions as one edge.
/// Throws infeasible where the last node is partly filled, which a graph cannot say.
[[nodiscard]] FabricGraph graph_of(const Cluster& cluster, const ClusterEntry& entry);

/// The word of a file for a kind of vertex, and back; throws InputError (no place) for another word.
[[nodiscard]] std::string kind_name(GraphVertex::Kind kind);
[[nodiscard]] GraphVertex::Kind kind_of_name(const std::string& name);

}  // namespace sim::topology
