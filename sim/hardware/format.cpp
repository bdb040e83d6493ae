#include "sim/hardware/format.hpp"

#include <array>
#include <cstddef>

namespace sim::hardware {
namespace {

struct FormatFacts {
  std::string_view name;
  int bits;
};

// In the order of Format.
constexpr std::array<FormatFacts, 10> kFormats{{{"fp64", 64},
                                                {"fp32", 32},
                                                {"tf32", 32},
                                                {"fp16", 16},
                                                {"bf16", 16},
                                                {"fp8", 8},
                                                {"fp6", 6},
                                                {"fp4", 4},
                                                {"int8", 8},
                                                {"int4", 4}}};

}  // namespace

std::string_view name(Format format) {
  return kFormats[static_cast<std::size_t>(format)].name;
}

std::optional<Format> format_from_name(std::string_view text) {
  for (std::size_t index = 0; index < kFormats.size(); ++index) {
    if (kFormats[index].name == text) return static_cast<Format>(index);
  }
  return std::nullopt;
}

int bits(Format format) {
  return kFormats[static_cast<std::size_t>(format)].bits;
}

}  // namespace sim::hardware
