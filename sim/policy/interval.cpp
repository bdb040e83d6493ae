#include "sim/policy/interval.hpp"

#include <algorithm>
#include <cmath>

namespace sim::policy {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// Zero times what may be without limit is zero: the factor that is zero is known, the other one finite.
double product(double a, double b) {
  return a == 0 || b == 0 ? 0 : a * b;
}

// Infinity minus infinity says nothing.
double sum(double a, double b, double otherwise) {
  const double result = a + b;
  return std::isnan(result) ? otherwise : result;
}

}  // namespace

Interval operator+(Interval a, Interval b) {
  return {sum(a.low, b.low, -kInfinity), sum(a.high, b.high, kInfinity)};
}

Interval operator-(Interval a, Interval b) {
  return a + Interval{-b.high, -b.low};
}

Interval operator*(Interval a, Interval b) {
  const auto [low, high] =
      std::minmax({product(a.low, b.low), product(a.low, b.high), product(a.high, b.low), product(a.high, b.high)});
  return {low, high};
}

Interval operator/(Interval a, Interval b) {
  if (b.low < 0 || (b.low == 0 && a.low < 0) || b.high == 0) return {-kInfinity, kInfinity};
  if (a.low < 0) return a * Interval{1 / b.high, 1 / b.low};
  const double high = b.low == 0 ? kInfinity : a.high / b.low;
  return {std::isinf(b.high) ? 0 : a.low / b.high, high};
}

}  // namespace sim::policy
