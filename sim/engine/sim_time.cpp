#include "sim/engine/sim_time.hpp"

#include <cmath>

#include "sim/base/error.hpp"

namespace sim::engine {

SimTime SimTime::from(Seconds span) {
  constexpr double kLargest = 9.2e18;  // below 2^63, so that the conversion is defined
  const double picoseconds = std::nearbyint(span.value() * 1e12);
  check(picoseconds >= 0.0 && picoseconds < kLargest, "a span of simulated time must lie in [0, 106 days)");
  return SimTime(static_cast<std::int64_t>(picoseconds));
}

}  // namespace sim::engine
