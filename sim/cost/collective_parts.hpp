#pragma once

#include "sim/cost/collective_time.hpp"

namespace sim::cost {

/// What bounds a collective that has its links to itself: its time times the elasticity of its time by each rate. The
/// rest waits on starts and steps, so that the parts sum to the time.
struct CollectiveParts {
  Seconds scale_up;   ///< links of the node, or its host bus where chips have none
  Seconds scale_out;  ///< NICs
  Seconds memory;     ///< copies of a chip's own part by its cores
  Seconds latency;
};

/// `time` is that of the collective; its algorithm is kept. Central differences of 0.01 % of a rate.
[[nodiscard]] CollectiveParts collective_parts(Collective collective, const GroupShape& shape, Bytes bytes,
                                               const CollectiveTime& time);

}  // namespace sim::cost
