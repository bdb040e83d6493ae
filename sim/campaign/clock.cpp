#include "sim/campaign/clock.hpp"

#include <algorithm>
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

Moment months_later(Moment first, int months) {
  using namespace std::chrono;
  const auto day = floor<std::chrono::days>(first);
  const year_month_day date(day);
  const year_month month = year_month(date.year(), date.month()) + std::chrono::months(months);
  const year_month_day_last last(month.year(), month_day_last(month.month()));
  const year_month_day then(month.year(), month.month(), std::min(date.day(), last.day()));
  return sys_days(then) + (first - day);
}

DateText date_text(Moment moment) {
  const std::chrono::year_month_day date(std::chrono::floor<std::chrono::days>(moment));
  DateText text{};
  std::snprintf(text.text, sizeof text.text, "%04d-%02u-%02u", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
  return text;
}

}  // namespace sim::campaign
