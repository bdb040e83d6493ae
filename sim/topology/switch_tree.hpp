#pragma once

#include "sim/topology/cluster.hpp"

namespace sim::topology {

/// The top of a tree and the NICs' rate below it.
struct TreeRoot {
  VertexId vertex = kNone;
  double rate = 0;  ///< B/s
};

/// The leaf, spine and core switches over the NICs of one island, or the trees of a dragonfly's groups and the trunks
/// between them. Their vertices follow all others, in the order in
/// which they are first used; `next_vertex` counts them over all islands.
class SwitchTree {
 public:
  /// Throws InputError (infeasible) for a fabric with impossible pods or oversubscription. `first_pod`: pods of the
  /// islands before. Nodes are numbered within the island.
  SwitchTree(const FabricSpec& fabric, std::size_t rails, std::size_t nodes, std::size_t first_pod,
             VertexId& next_vertex);

  /// Most vertices that the tree may have.
  [[nodiscard]] std::size_t vertices() const { return leaves_.size() + spines_.size() + cores_.size(); }
  [[nodiscard]] std::size_t pods() const { return pods_; }
  [[nodiscard]] std::uint32_t pod_of(std::size_t node) const {
    return static_cast<std::uint32_t>(first_pod_ + node / nodes_per_pod_);
  }

  /// Joins a NIC of `node` to its leaf.
  void attach(Cluster& cluster, VertexId nic, std::uint32_t node, std::uint32_t rail, const NodeSpec& spec);

  /// Joins leaves, spines and core by trunks, once all NICs are attached, and returns what has nothing above it.
  std::vector<TreeRoot> finish(Cluster& cluster);

 private:
  struct Switch {
    VertexId vertex = kNone;  ///< made when the first NIC or switch is attached
    double rate = 0;          ///< B/s of all links from below
    double nic_rate = 0;      ///< B/s of all NICs below
    std::uint32_t last_node = kNone;
    std::uint32_t members = 0;  ///< nodes below a leaf, pods below a spine
    std::uint32_t last_pod = kNone;
  };

  VertexId vertex_of(Cluster& cluster, Switch& place, VertexKind kind);
  void join(Cluster& cluster, VertexId below, VertexId above, BytesPerSecond rate, LinkTier tier);
  void join_leaf(Cluster& cluster, std::size_t leaf);
  void join_spine(Cluster& cluster, std::size_t spine);
  void join_groups(Cluster& cluster);
  [[nodiscard]] double global_rate(std::size_t group) const;

  FabricSpec fabric_;
  std::size_t first_pod_ = 0;
  std::size_t nodes_per_pod_ = 1;
  std::size_t pods_ = 0;
  std::size_t pods_per_core_ = 1;  ///< pods under one spine
  std::size_t rails_ = 0;
  std::size_t leaves_per_pod_ = 0;
  std::vector<Switch> leaves_;  ///< by pod, then rail
  std::size_t planes_ = 1;      ///< trees that never meet
  std::size_t pod_groups_ = 0;  ///< of `pods_per_core_` pods
  std::vector<Switch> spines_;  ///< by plane, then group of pods; empty if no two leaves need one
  std::vector<Switch> cores_;   ///< by plane; empty if no two spines need one
  VertexId* next_vertex_;
};

}  // namespace sim::topology
