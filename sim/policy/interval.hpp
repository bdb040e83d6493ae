#pragma once

#include <limits>

namespace sim::policy {

/// What is known of a number: it lies between `low` and `high`, both included. Equal ends: it is known.
struct Interval {
  double low = 0;
  double high = std::numeric_limits<double>::infinity();
};

[[nodiscard]] constexpr Interval exactly(double value) {
  return {value, value};
}
[[nodiscard]] constexpr bool is_known(Interval interval) {
  return interval.low == interval.high;
}

// Every value that the operation can give when its operands lie anywhere in theirs. A divisor that may be zero or
// negative gives (-inf, inf), except that nothing negative over nothing negative stays so.
[[nodiscard]] Interval operator+(Interval a, Interval b);
[[nodiscard]] Interval operator-(Interval a, Interval b);
[[nodiscard]] Interval operator*(Interval a, Interval b);
[[nodiscard]] Interval operator/(Interval a, Interval b);

}  // namespace sim::policy
