#pragma once

#include <optional>
#include <string_view>

namespace sim::hardware {

/// Number formats of matrix products, named as vendors name them. `fp32` is the plain vector or matrix rate.
enum class Format { fp64, fp32, tf32, fp16, bf16, fp8, fp6, fp4, int8, int4 };

[[nodiscard]] std::string_view name(Format format);
[[nodiscard]] std::optional<Format> format_from_name(std::string_view text);

/// Bits of one operand: 19-bit tf32 counts as 32, as in the export rules' bit length.
[[nodiscard]] int bits(Format format);

}  // namespace sim::hardware
