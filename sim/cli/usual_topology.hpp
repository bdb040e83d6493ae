#pragma once

#include <string>

#include "sim/hardware/chip.hpp"

namespace sim::cli {

/// The file of topologies/ that `count` of these chips most likely stand in: the part's own node where one ships, else
/// one with the same links; a plain network where one node does not hold them. Throws InputError where there is none,
/// and for parts without scale-up links, which have no usual node.
[[nodiscard]] std::string usual_topology(const hardware::Chip& chip, int count);

}  // namespace sim::cli
