#pragma once

#include "sim/hardware/chip.hpp"

namespace sim::cost {

/// Dense peak of `format`, FLOP/s; fp16 and bf16 stand in for each other. Throws infeasible(...), naming the formats
/// that the chip has, when it has neither.
[[nodiscard]] double peak_rate(const hardware::Chip& chip, hardware::Format format);

/// HBM bandwidth, B/s. Throws InputError when the chip states none.
[[nodiscard]] double memory_rate(const hardware::Chip& chip);

/// Cores that run tiles independently; a nominal count when the chip states none (waves are fluid then).
[[nodiscard]] double core_count(const hardware::Chip& chip);

}  // namespace sim::cost
