#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/hardware/chip.hpp"
#include "sim/policy/interval.hpp"

namespace sim::policy {

/// What a rule may speak of. The first ones are facts of a part, the others follow from them.
enum class Name {
  tpp,
  die_area,
  io_bandwidth,
  memory_bandwidth,
  memory_capacity,
  count,
  performance_density,
  cluster_tpp,
  data_centre
};
inline constexpr std::size_t kFacts = 6;  ///< names up to `count`
inline constexpr std::size_t kNames = 9;

/// As rules write it, with its dimension (base/quantity.hpp; "" is a plain number) and what it means.
struct NameFacts {
  const char* name;
  const char* dimension;
  const char* meaning;
};
[[nodiscard]] const NameFacts& facts_of(Name name);
[[nodiscard]] std::optional<Name> name_from_text(std::string_view text);
[[nodiscard]] std::vector<std::string> all_names();

/// A package as export rules count it. Rates in B/s, memory in B, area in mm2, TPP in TOPS x bits.
struct Quantities {
  std::array<Interval, kFacts> facts;  ///< by Name
  Interval rest_of_cluster{0, 0};      ///< TPP of the other parts of the cluster
  bool data_centre = true;

  [[nodiscard]] Interval& operator[](Name name) { return facts[static_cast<std::size_t>(name)]; }
  [[nodiscard]] const Interval& operator[](Name name) const { return facts[static_cast<std::size_t>(name)]; }
};

/// TPP: the largest product of dense peak in TFLOPS and bits of the format (Technical Notes to ECCN 3A090: 2 x MacTOPS
/// x bit length, over all formats, without sparsity). TF32 counts only where no 16-bit rate is stated: it is half of
/// that rate at twice the bits, but for its rounding; of a part without peaks the published TPP. Die area: of dies made
/// with non-planar transistors. All of the whole package, which may be several devices to software. What the part does
/// not state is unknown, and a range of its die area stays one. `count` is left unknown.
[[nodiscard]] Quantities quantities_of(const hardware::Chip& chip);

/// 1 and 0 for data_centre.
[[nodiscard]] Interval value_of(Name name, const Quantities& quantities);

/// Rounded to five digits, with a unit.
[[nodiscard]] std::string shown(double value, const std::string& dimension);

}  // namespace sim::policy
