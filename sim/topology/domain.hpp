#pragma once

#include "sim/topology/cluster.hpp"

namespace sim::topology {

/// Everything inside one shape of node, with local vertices: chips by position, then NICs, then the hub (the scale-up
/// switch or the host). The builder stamps it out once per node.
struct NodePlan {
  std::uint32_t chips = 0;
  std::uint32_t nics = 0;  ///< 0 without a scale-out network
  bool has_hub = false;
  VertexKind hub = VertexKind::scale_up_switch;
  std::vector<Link> links;  ///< between local vertices; the links of the domain come first
  std::uint32_t domain_links = 0;
  std::uint32_t first_host_link = 0;  ///< chip p: links first + 2p (chip -> NIC) and first + 2p + 1; only with NICs
  bool switched = false;              ///< chip p: links 2p (into the switch) and 2p + 1
  DomainRoutes routes;                ///< not filled when switched

  [[nodiscard]] std::uint32_t nic_of(std::uint32_t position, int chips_of_full_node) const {
    return static_cast<std::uint32_t>(static_cast<std::uint64_t>(position) * nics /
                                      static_cast<std::uint64_t>(chips_of_full_node));
  }
};

/// Plans a node of `entry` of which the first `chips` positions are filled; `nics` are built only for a fabric.
/// Throws InputError (infeasible) as build() says.
[[nodiscard]] NodePlan plan_node(const ClusterEntry& entry, std::uint32_t chips, bool nics);

/// Calls `visit(domain link, share)` along the route between two positions of a torus.
void for_each_torus_hop(const DomainRoutes& routes, std::uint32_t from, std::uint32_t to,
                        const std::function<void(std::uint32_t, double)>& visit);

}  // namespace sim::topology
