#pragma once

#include <compare>
#include <cstdint>

#include "sim/base/units.hpp"

namespace sim::engine {

/// A point or span of simulated time in whole picoseconds; 2^63 ps are 106 days.
class SimTime {
 public:
  constexpr SimTime() = default;
  constexpr explicit SimTime(std::int64_t picoseconds) : picoseconds_(picoseconds) {}

  /// Rounds half to even. Throws InternalError for NaN, negative or too long spans.
  [[nodiscard]] static SimTime from(Seconds span);

  [[nodiscard]] constexpr std::int64_t picoseconds() const { return picoseconds_; }
  [[nodiscard]] constexpr Seconds seconds() const { return Seconds(static_cast<double>(picoseconds_) * 1e-12); }

  constexpr auto operator<=>(const SimTime&) const = default;
  friend constexpr SimTime operator+(SimTime a, SimTime b) { return SimTime(a.picoseconds_ + b.picoseconds_); }
  friend constexpr SimTime operator-(SimTime a, SimTime b) { return SimTime(a.picoseconds_ - b.picoseconds_); }
  constexpr SimTime& operator+=(SimTime other) {
    picoseconds_ += other.picoseconds_;
    return *this;
  }

 private:
  std::int64_t picoseconds_ = 0;
};

}  // namespace sim::engine
