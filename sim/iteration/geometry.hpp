#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "sim/cost/collective_time.hpp"
#include "sim/iteration/fabric_view.hpp"

namespace sim::iteration {

/// How one group of chips lies on the machine: what its collectives' time depends on besides bytes. Equal geometries
/// price alike.
struct Geometry {
  cost::GroupShape shape;
  int pods = 1;
  double cores = 0;              ///< of the chip with the fewest; 0: not known of some
  BytesPerSecond port_rate;      ///< slowest scale-up port, one direction; 0 without
  BytesPerSecond trunk_rate;     ///< slowest binding leaf uplink of the group, one cable of it if hashed; 0: none
  double nics_for_each = 1;      ///< NICs that the group owns for each that its software uses
  double trunk_cables = 1;       ///< of that uplink
  double leaf_share = 0;         ///< all-to-all: largest sum over a leaf's members of the share that leaves the pod
  BytesPerSecond ring_rate;      ///< what the slowest binding trunk gives one flow of the ring over pods; 0: none binds
  BytesPerSecond exchange_rate;  ///< all-to-all: slowest binding trunk above the leaves over what crosses it, in
                                 ///< buffers of one member; 0: none binds
  bool operator==(const Geometry&) const;
};

struct GeometryHash {
  std::size_t operator()(const Geometry& geometry) const;
};

/// `chips` ascending, each once. A pair that sends is a group of two.
[[nodiscard]] Geometry geometry_of(const FabricView& view, std::span<const topology::ChipId> chips);

}  // namespace sim::iteration
