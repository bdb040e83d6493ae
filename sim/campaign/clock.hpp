#pragma once

#include <chrono>
#include <cstdint>

#include "sim/base/units.hpp"

namespace sim::campaign {

/// The calendar of a run: whole microseconds, UTC, proleptic Gregorian. The engine's picoseconds end after 106 days.
using Moment = std::chrono::sys_time<std::chrono::microseconds>;
using Span = std::chrono::microseconds;

/// Longest run that is simulated, so that one that failures never let finish ends with words.
inline constexpr double kLongestYears = 200;

/// Nearest whole microsecond. Throws infeasible beyond kLongestYears, and for what is no number.
[[nodiscard]] Span span_of(Seconds seconds);

[[nodiscard]] constexpr Seconds seconds_of(Span span) {
  return Seconds(static_cast<double>(span.count()) * 1e-6);
}
[[nodiscard]] constexpr double days_of(Span span) {
  return static_cast<double>(span.count()) / 86400e6;
}

/// The same day of a later month, or its last day where it is shorter.
[[nodiscard]] Moment months_later(Moment first, int months);

/// "2024-03-01".
struct DateText {
  char text[16];
};
[[nodiscard]] DateText date_text(Moment moment);

}  // namespace sim::campaign
