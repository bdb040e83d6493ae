#include "sim/policy/quantities.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <limits>

#include "sim/base/error.hpp"
#include "sim/base/quantity.hpp"

namespace sim::policy {
namespace {

using hardware::Chip;
using hardware::Format;

constexpr double kGiga = 1e9;

constexpr std::array<NameFacts, kNames> kNameFacts{
    {{"tpp", "", "total processing performance: largest product of dense TOPS and bits, over all formats"},
     {"die_area", "area", "logic dies of the package made with non-planar transistors"},
     {"io_bandwidth", "data rate", "all inputs and outputs to other chips than memory, both directions summed"},
     {"memory_bandwidth", "data rate", "device memory of the package"},
     {"memory_capacity", "data", "device memory of the package"},
     {"count", "", "parts of this kind in the cluster"},
     {"performance_density", "", "tpp over die_area in mm2"},
     {"cluster_tpp", "", "tpp of all parts of the cluster together"},
     {"data_centre", "condition", "designed or marketed for data centres"}}};

double tpp_of(const Chip& chip, int devices) {
  const bool has_16_bit = chip.peak.count(Format::fp16) + chip.peak.count(Format::bf16) > 0;
  double largest = 0;
  for (const auto& [format, rate] : chip.peak) {
    if (format == Format::tf32 && has_16_bit) continue;
    largest = std::max(largest, rate.value.value() / 1e12 * hardware::bits(format));
  }
  return largest * devices;
}

double area_of_dies(const Chip& chip) {
  double area = 0;
  for (const hardware::Die& die : chip.dies) area += die.planar ? 0 : die.count * die.area.value();
  return area;
}

Interval die_area_of(const Chip& chip) {
  if (chip.applicable_die_area) return exactly(chip.applicable_die_area->value.value());
  if (chip.die_area_range) return {chip.die_area_range->at_least.value(), chip.die_area_range->at_most.value()};
  if (chip.dies.empty()) return {};
  return exactly(area_of_dies(chip) * chip.devices_in_package);
}

template <class T>
Interval stated(const std::optional<Sourced<T>>& field, int devices) {
  return field ? exactly(field->value.value() * devices) : Interval{};
}

}  // namespace

const NameFacts& facts_of(Name name) {
  return kNameFacts[static_cast<std::size_t>(name)];
}

std::optional<Name> name_from_text(std::string_view text) {
  for (std::size_t i = 0; i < kNames; ++i) {
    if (kNameFacts[i].name == text) return static_cast<Name>(i);
  }
  return std::nullopt;
}

std::vector<std::string> all_names() {
  std::vector<std::string> names;
  names.reserve(kNames);
  for (const NameFacts& facts : kNameFacts) names.emplace_back(facts.name);
  return names;
}

Quantities quantities_of(const Chip& chip) {
  const int devices = chip.devices_in_package;
  Quantities quantities;
  if (!chip.peak.empty()) {
    quantities[Name::tpp] = exactly(tpp_of(chip, devices));
  } else if (chip.tpp) {
    quantities[Name::tpp] = exactly(chip.tpp->value);
  }
  quantities[Name::die_area] = die_area_of(chip);
  quantities[Name::io_bandwidth] = stated(chip.total_io, 1);
  quantities[Name::memory_bandwidth] = stated(chip.memory_bandwidth, devices);
  quantities[Name::memory_capacity] = stated(chip.memory_capacity, devices);
  quantities[Name::count] = {1, std::numeric_limits<double>::infinity()};
  quantities.data_centre = chip.data_centre;
  return quantities;
}

Interval value_of(Name name, const Quantities& quantities) {
  switch (name) {
    case Name::performance_density:
      return quantities[Name::tpp] / quantities[Name::die_area];
    case Name::cluster_tpp:
      return quantities[Name::tpp] * quantities[Name::count] + quantities.rest_of_cluster;
    case Name::data_centre:
      return exactly(quantities.data_centre ? 1 : 0);
    default:
      return quantities[name];
  }
}

std::string shown(double value, const std::string& dimension) {
  if (value == 0 || !std::isfinite(value)) return value == 0 ? "0" : "unlimited";
  std::array<char, 32> digits{};  // five of them; a power of ten beside would leave the range of double at its ends
  std::snprintf(digits.data(), digits.size(), "%.4e", value);
  const double read = std::strtod(digits.data(), nullptr);
  const double rounded = std::isfinite(read) && read != 0 ? read : value;
  // Legal texts and datasheets give rates in GB/s, where the shortest text of 250 GB/s is 2 Tb/s.
  // Next to zero the quotient would lose digits, or be zero.
  if (dimension == "data rate" && std::abs(rounded) >= kGiga * std::numeric_limits<double>::min())
    return format_quantity(rounded / kGiga, "") + " GB/s";
  return format_quantity(rounded, dimension);
}

}  // namespace sim::policy
