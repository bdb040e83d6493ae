#pragma once

#include <string>
#include <vector>

#include "sim/hardware/chip.hpp"

namespace sim::hardware {

/// What no maker could build of what `chip` states, each with its reason; empty for a part that could be. A dense peak
/// is held against the densest part shipped on its process, memory against the stacks that fit along its dies, or
/// against the widest bus for GDDR. What the part does not state is not tested.
[[nodiscard]] std::vector<std::string> implausible(const Chip& chip);

}  // namespace sim::hardware
