#pragma once

#include <compare>

namespace sim {

/// A number with a physical unit in its type. The unit of `value()` is the SI unit named at the alias below.
/// Only products and quotients that the physics uses are defined, so that bits and bytes, nanoseconds and
/// microseconds, or FLOP and FLOP/s cannot be mixed.
template <class Tag>
class Quantity {
 public:
  constexpr Quantity() = default;
  constexpr explicit Quantity(double value) : value_(value) {}

  [[nodiscard]] constexpr double value() const { return value_; }

  constexpr auto operator<=>(const Quantity&) const = default;

  constexpr Quantity& operator+=(Quantity other) {
    value_ += other.value_;
    return *this;
  }
  constexpr Quantity& operator-=(Quantity other) {
    value_ -= other.value_;
    return *this;
  }
  constexpr Quantity& operator*=(double factor) {
    value_ *= factor;
    return *this;
  }

  friend constexpr Quantity operator+(Quantity a, Quantity b) { return Quantity(a.value_ + b.value_); }
  friend constexpr Quantity operator-(Quantity a, Quantity b) { return Quantity(a.value_ - b.value_); }
  friend constexpr Quantity operator*(Quantity a, double factor) { return Quantity(a.value_ * factor); }
  friend constexpr Quantity operator*(double factor, Quantity a) { return Quantity(a.value_ * factor); }
  friend constexpr Quantity operator/(Quantity a, double divisor) { return Quantity(a.value_ / divisor); }
  friend constexpr double operator/(Quantity a, Quantity b) { return a.value_ / b.value_; }

 private:
  double value_ = 0.0;
};

using Seconds = Quantity<struct SecondsTag>;                // s
using Bytes = Quantity<struct BytesTag>;                    // B, 8 bits; GB = 1e9 B, GiB = 2^30 B
using BytesPerSecond = Quantity<struct BytesPerSecondTag>;  // B/s, one direction
using Flops = Quantity<struct FlopsTag>;                    // floating-point operations, a multiply-add is two
using FlopsPerSecond = Quantity<struct FlopsPerSecondTag>;  // FLOP/s, dense
using Watts = Quantity<struct WattsTag>;                    // W
using SquareMillimetres = Quantity<struct AreaTag>;         // mm^2
using Hertz = Quantity<struct HertzTag>;                    // 1/s
using Dollars = Quantity<struct DollarsTag>;                // US dollars

constexpr Seconds operator/(Bytes amount, BytesPerSecond rate) {
  return Seconds(amount.value() / rate.value());
}
constexpr Seconds operator/(Flops amount, FlopsPerSecond rate) {
  return Seconds(amount.value() / rate.value());
}
constexpr BytesPerSecond operator/(Bytes amount, Seconds time) {
  return BytesPerSecond(amount.value() / time.value());
}
constexpr FlopsPerSecond operator/(Flops amount, Seconds time) {
  return FlopsPerSecond(amount.value() / time.value());
}
constexpr Bytes operator*(BytesPerSecond rate, Seconds time) {
  return Bytes(rate.value() * time.value());
}
constexpr Bytes operator*(Seconds time, BytesPerSecond rate) {
  return rate * time;
}
constexpr Flops operator*(FlopsPerSecond rate, Seconds time) {
  return Flops(rate.value() * time.value());
}

constexpr Seconds microseconds(double count) {
  return Seconds(count * 1e-6);
}
constexpr Seconds milliseconds(double count) {
  return Seconds(count * 1e-3);
}
constexpr Seconds days(double count) {
  return Seconds(count * 86400.0);
}
constexpr BytesPerSecond gigabytes_per_second(double count) {
  return BytesPerSecond(count * 1e9);
}
constexpr BytesPerSecond gigabits_per_second(double count) {
  return BytesPerSecond(count * 1e9 / 8.0);
}
constexpr FlopsPerSecond teraflops(double count) {
  return FlopsPerSecond(count * 1e12);
}

}  // namespace sim
