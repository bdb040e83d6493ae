#include "sim/sweep/range.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>

#include "sim/base/error.hpp"

namespace sim::sweep {
namespace {

struct Number {
  double value = 0;
  std::string unit;
};

// Whether a unit suits the key is for the scenario's reader to say; here both ends need only have the same.
Number number_of(const std::string& text, const char* end_name) {
  Number number;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number.value);
  number.unit.assign(rest, end);
  number.unit.erase(0, number.unit.find_first_not_of(' '));
  const bool is_unit = number.unit.empty() || number.unit.front() == '%' ||
                       std::isalpha(static_cast<unsigned char>(number.unit.front())) != 0;
  if (error == std::errc{} && std::isfinite(number.value) && is_unit) return number;
  throw InputError(std::string(end_name) + ": expected a number, with a unit where the key needs one");
}

}  // namespace

Range::Range(const Axis& axis) : multiple_of_(axis.multiple_of), log_(axis.log) {
  const Number from = number_of(axis.from, "from"), to = number_of(axis.to, "to");
  from_ = from.value;
  to_ = to.value;
  unit_ = from.unit.empty() ? "" : " " + from.unit;
  if (from.unit != to.unit) throw InputError("to: has another unit than from", "write both ends in the same unit");
  if (!(from_ < to_)) throw InputError("to: must be above from");
  if (log_ && from_ <= 0) throw InputError("from: equal ratios (log) need numbers above 0");
  if (multiple_of_ > to_ - from_) throw InputError("multiple_of: is more than the whole range");
}

std::string Range::at(double share) const {
  double value = log_ ? from_ * std::pow(to_ / from_, share) : from_ + (to_ - from_) * share;
  if (multiple_of_ > 0) {  // not beyond the ends, where a limit of the key may lie
    const double least = std::ceil(from_ / multiple_of_), most = std::floor(to_ / multiple_of_);
    value = std::clamp(std::round(value / multiple_of_), least, std::max(least, most)) * multiple_of_;
  }
  return fmt::format("{:.10g}{}", value, unit_);
}

}  // namespace sim::sweep
