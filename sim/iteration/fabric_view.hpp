#pragma once

#include <optional>
#include <vector>

#include "sim/iteration/job.hpp"
#include "sim/topology/cluster.hpp"

namespace sim::iteration {

/// What the links of one island have in common, or those of the join over several.
struct Region {
  topology::Routing routing = topology::Routing::fluid;
  std::optional<hardware::NetworkKind> network;  ///< the job's, as the fabric is built; empty: nodes are not joined
  BytesPerSecond cable;                          ///< one cable of a hashed uplink: a NIC, the slowest of the region
};

/// The built machine as collectives see it: usable rates by link, and which trunks can bind at all.
struct FabricView {
  topology::Cluster cluster;
  std::vector<BytesPerSecond> rate;        ///< by link, after routing efficiency; then by cable of hashed uplinks
  std::vector<std::uint32_t> cables;       ///< by link: parallel cables that flows are hashed to; empty: all fluid
  std::vector<std::uint32_t> first_cable;  ///< by link: index in `rate` of its first cable
  std::vector<bool> trunk_binds;           ///< by link: false where the links behind a trunk fill before it does
  bool any_trunk_binds = false;
  std::vector<double> speed;                   ///< by chip, share of its rate that is left; empty: 1 for all
  std::vector<topology::ChipId> chip_of_rank;  ///< empty: rank r is on chip r
  const Job* job = nullptr;
  std::vector<Region> regions;                  ///< by island, then the join if there is one
  std::vector<std::uint32_t> region_of_vertex;  ///< of NICs and switches; empty: one island

  [[nodiscard]] std::uint32_t island_of(topology::ChipId chip) const {
    return cluster.island_of_entry[cluster.chips[chip].entry];
  }
  [[nodiscard]] topology::VertexId parent_of(topology::VertexId vertex) const {
    const topology::LinkId up = cluster.up[vertex];
    return up == topology::kNone ? topology::kNone : cluster.links[up].to;
  }
  [[nodiscard]] topology::ChipId chip_of(std::uint32_t rank) const {
    return chip_of_rank.empty() ? rank : chip_of_rank[rank];
  }
  [[nodiscard]] std::uint32_t cables_of(topology::LinkId link) const { return cables.empty() ? 1 : cables[link]; }
  [[nodiscard]] const FleetEntry& entry_of(topology::ChipId chip) const {
    return job->fleet[cluster.chips[chip].entry];
  }
  [[nodiscard]] topology::VertexId leaf_of(topology::VertexId nic) const { return parent_of(nic); }
};

/// Slows the parts that the job's `degradations` name. Throws InputError for names that do not exist.
void degrade(const Job& job, FabricView& view);

/// Builds the graph of the job's fleet. A trunk as wide as all that feeds it is left out of sharing: whatever crosses
/// it crosses those links too, at least as heavily, so it is never the first to fill (docs/model.md, "Sharing").
[[nodiscard]] FabricView build_fabric(const Job& job);

}  // namespace sim::iteration
