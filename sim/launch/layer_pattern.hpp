#pragma once

#include <optional>
#include <string>
#include <vector>

namespace sim::launch {

/// A list of numbers as Megatron takes it for --moe-layer-freq: "[0]*3+[1]*58", "([0]*3 + [1]*58)", "[0,1,1]". Nothing
/// for anything else, and for more than 100,000 numbers.
[[nodiscard]] std::optional<std::vector<int>> layer_pattern(const std::string& text);

}  // namespace sim::launch
