#include "sim/campaign/clock.hpp"

#include <cmath>
#include <cstdio>

#include "sim/base/error.hpp"

namespace sim::campaign {

Span span_of(Seconds seconds) {
  constexpr double kLongest = kLongestYears * 365.25 * 86400;
  if (!(std::abs(seconds.value()) <= kLongest))
    throw infeasible("a time of the run is longer than 200 years", "look at the number of steps and their seconds");
  return Span(std::llround(seconds.value() * 1e6));
}

DateText date_text(Moment moment) {
  const std::chrono::year_month_day date(std::chrono::floor<std::chrono::days>(moment));
  DateText text{};
  std::snprintf(text.text, sizeof text.text, "%04d-%02u-%02u", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
  return text;
}

}  // namespace sim::campaign
