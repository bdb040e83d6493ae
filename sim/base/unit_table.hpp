#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sim {

/// One spelling of a unit: value in SI = number * multiplier / divisor. Two factors, because 1e-6 is not exact in
/// binary but a division by 1e6 rounds correctly.
struct Unit {
  std::string name;
  double multiplier = 1;
  double divisor = 1;
  bool main_spelling = false;  ///< shown in hints
  bool printed = false;        ///< used by format_quantity, in ascending order of size
};

struct Dimension {
  std::string name;
  std::string example;  ///< "Gb/s or GB/s"
  std::vector<Unit> units;
};

/// All dimensions but the plain number, in a fixed order.
[[nodiscard]] const std::vector<Dimension>& dimensions();

/// Throws InternalError for a name that header base/quantity.hpp does not list.
[[nodiscard]] const Dimension& dimension_named(std::string_view name);

}  // namespace sim
