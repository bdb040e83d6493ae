#pragma once

#include "sim/topology/cluster.hpp"

namespace sim::topology {

/// Fills the route table between the first `chips` of `vertices` local vertices over `links`: even split over all
/// shortest paths. Returns false if some pair is not joined. Time chips^2 x links: for domains of some hundred chips.
[[nodiscard]] bool fill_shortest_paths(const std::vector<Link>& links, std::uint32_t vertices, std::uint32_t chips,
                                       DomainRoutes& routes);

}  // namespace sim::topology
