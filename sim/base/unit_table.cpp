#include "sim/base/unit_table.hpp"

#include <algorithm>
#include <array>

#include "sim/base/error.hpp"

namespace sim {
namespace {

struct Prefix {
  const char* name;
  double factor;
};

constexpr std::array<Prefix, 9> kDecimal = {
    {{"", 1}, {"k", 1e3}, {"M", 1e6}, {"G", 1e9}, {"T", 1e12}, {"P", 1e15}, {"E", 1e18}, {"Z", 1e21}, {"Y", 1e24}}};
constexpr std::size_t kUpToExa = 7;
constexpr std::array<Prefix, 5> kBinary = {
    {{"Ki", 0x1p10}, {"Mi", 0x1p20}, {"Gi", 0x1p30}, {"Ti", 0x1p40}, {"Pi", 0x1p50}}};

Unit shown(const std::string& name, double multiplier, double divisor = 1) {
  return {name, multiplier, divisor, true, true};
}
Unit alias(const std::string& name, double multiplier, double divisor = 1) {
  return {name, multiplier, divisor, false, false};
}

// Bytes and bits with every prefix; `per` is "" or "/s", `short_per` the spelling in "Gbps".
void add_data(std::vector<Unit>& units, const std::string& per, const std::string& short_per) {
  const bool rate = !per.empty();
  const auto add = [&](const Prefix& prefix, bool binary) {
    const std::string name = prefix.name;
    units.push_back({name + "B" + per, prefix.factor, 1, true, !(rate && binary)});
    // Capacities are printed in bytes only; rates also in bits, since network gear is sold by the bit.
    units.push_back({name + "b" + per, prefix.factor, 8, true, rate && !binary});
    units.push_back(alias(name + "bit" + per, prefix.factor, 8));
    if (!rate) return;
    units.push_back(alias(name + "B" + short_per, prefix.factor));
    units.push_back(alias(name + "b" + short_per, prefix.factor, 8));
  };
  for (std::size_t i = 0; i < kUpToExa; ++i) add(kDecimal[i], false);
  for (const Prefix& prefix : kBinary) add(prefix, true);
  if (rate) return;
  units.push_back(alias("bits", 1, 8));
  units.push_back(alias("byte", 1));
  units.push_back(alias("bytes", 1));
}

Dimension time_units() {
  constexpr double kDay = 86400;
  return {"time",
          "us or days",
          {shown("ps", 1, 1e12),
           shown("ns", 1, 1e9),
           shown("us", 1, 1e6),
           shown("ms", 1, 1e3),
           shown("s", 1),
           shown("min", 60),
           shown("h", 3600),
           shown("d", kDay),
           alias("\u00b5s", 1, 1e6),
           alias("\u03bcs", 1, 1e6),
           alias("second", 1),
           alias("seconds", 1),
           alias("minute", 60),
           alias("minutes", 60),
           alias("hour", 3600),
           alias("hours", 3600),
           alias("day", kDay),
           alias("days", kDay),
           alias("week", 7 * kDay),
           alias("weeks", 7 * kDay),
           alias("year", 365.25 * kDay),
           alias("years", 365.25 * kDay)}};
}

Dimension data_units() {
  Dimension dimension{"data", "GB or GiB", {}};
  add_data(dimension.units, "", "");
  return dimension;
}

Dimension data_rate_units() {
  Dimension dimension{"data rate", "Gb/s or GB/s", {}};
  add_data(dimension.units, "/s", "ps");
  return dimension;
}

Dimension operation_units() {
  Dimension dimension{"operations", "TFLOP or PFLOP", {}};
  for (const Prefix& prefix : kDecimal) {
    dimension.units.push_back(shown(std::string(prefix.name) + "FLOP", prefix.factor));
    dimension.units.push_back(alias(std::string(prefix.name) + "FLOPs", prefix.factor));
  }
  return dimension;
}

Dimension operation_rate_units() {
  Dimension dimension{"operation rate", "TFLOP/s or PFLOP/s", {}};
  for (const Prefix& prefix : kDecimal) {
    const std::string name = prefix.name;
    dimension.units.push_back(shown(name + "FLOP/s", prefix.factor));
    for (const char* spelling : {"FLOPS", "OP/s", "OPS"}) {
      dimension.units.push_back(alias(name + spelling, prefix.factor));
    }
  }
  return dimension;
}

Dimension money_units() {
  return {"money", "USD or MUSD", {shown("USD", 1), shown("kUSD", 1e3), shown("MUSD", 1e6), alias("$", 1)}};
}

std::vector<Dimension> all_dimensions() {
  return {
      time_units(),
      data_units(),
      data_rate_units(),
      operation_units(),
      operation_rate_units(),
      {"power", "W or kW", {shown("mW", 1, 1e3), shown("W", 1), shown("kW", 1e3), shown("MW", 1e6), shown("GW", 1e9)}},
      {"area", "mm2", {shown("mm2", 1), alias("mm^2", 1), alias("mm\u00b2", 1), alias("cm2", 100)}},
      {"frequency", "MHz or GHz", {shown("Hz", 1), shown("kHz", 1e3), shown("MHz", 1e6), shown("GHz", 1e9)}},
      money_units()};
}

}  // namespace

const std::vector<Dimension>& dimensions() {
  static const std::vector<Dimension> all = all_dimensions();
  return all;
}

const Dimension& dimension_named(std::string_view name) {
  const std::vector<Dimension>& all = dimensions();
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const Dimension& dimension) { return dimension.name == name; });
  check(found != all.end(), "unknown dimension of a quantity");
  return *found;
}

}  // namespace sim
