#pragma once

#include "sim/topology/switch_tree.hpp"

namespace sim::topology {

/// The switch trees of all islands of a machine and the switch that joins them.
class Islands {
 public:
  /// `nodes`: by entry. Throws InputError (infeasible) as build() says.
  Islands(const std::vector<ClusterEntry>& entries, const std::vector<std::uint32_t>& nodes,
          const std::optional<JoinSpec>& join, std::size_t first_vertex);
  Islands(const Islands&) = delete;  // the trees point to the counter
  Islands& operator=(const Islands&) = delete;

  /// Most vertices that the trees and the join may have.
  [[nodiscard]] std::size_t vertices() const;

  /// Counts a node of `entry`: the one that attach() is about.
  void begin_node(std::size_t entry);
  void attach(Cluster& cluster, VertexId nic, std::uint32_t rail, const NodeSpec& spec);

  /// Joins the switches, once all NICs are attached, and tells the cluster its pods and islands.
  void finish(Cluster& cluster);

 private:
  void number(const std::vector<ClusterEntry>& entries);
  void hang(Cluster& cluster, const std::vector<TreeRoot>& roots);

  std::optional<JoinSpec> join_;
  std::vector<std::uint32_t> island_of_entry_;
  std::vector<FabricSpec> fabrics_;  ///< by island
  std::vector<SwitchTree> trees_;
  std::vector<std::uint32_t> next_node_;    ///< by island
  std::vector<std::uint32_t> pod_of_node_;  ///< over all islands
  std::size_t rails_ = 0;
  std::uint32_t island_ = 0;  ///< of the node that is being built
  VertexId next_vertex_;
};

}  // namespace sim::topology
