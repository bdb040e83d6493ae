#include <cmath>

#include "fuzz/feeding.hpp"
#include "fuzz/targets.hpp"
#include "sim/base/quantity.hpp"
#include "sim/base/unit_table.hpp"

namespace sim::fuzz {
namespace {

void feed_dimension(std::string_view input, const std::string& dimension) {
  const QuantityText read = parse_quantity(input, dimension);
  if (!read.error.empty()) return;
  check(std::isfinite(read.value), "a number that is not finite");
  const QuantityText again = parse_quantity(format_quantity(read.value, dimension), dimension);
  // Near the ends of double the unit of the print can be out of reach; nothing physical is there.
  if (std::abs(read.value) < 1e-280 || std::abs(read.value) > 1e280) return;
  check(again.error.empty(), "a print that cannot be read");
  check(std::abs(again.value - read.value) <= 1e-12 * std::abs(read.value), "a print of another number");
}

}  // namespace

void feed_units(std::string_view input) {
  feed_dimension(input, "");
  for (const Dimension& dimension : dimensions()) feed_dimension(input, dimension.name);
}

}  // namespace sim::fuzz
