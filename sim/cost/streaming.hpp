#pragma once

#include <string_view>

#include "sim/cost/kernel_time.hpp"

namespace sim::cost {

/// Seconds of one direction of the elementwise operation `key` of the software preset over `elements` elements. Throws
/// InputError when the preset has no such operation.
[[nodiscard]] KernelTime elementwise_time(const KernelPricing& pricing, std::string_view key, double elements,
                                          bool backward);

}  // namespace sim::cost
