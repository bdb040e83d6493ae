#pragma once

#include <array>
#include <cstddef>

#include "sim/iteration/job.hpp"
#include "sim/iteration/ledger.hpp"

namespace sim::barrel {

/// What lengthens a stave. Bubble and imbalance have none.
enum class Knob { tensor_rate, hbm_bandwidth, launch_rate, scale_up, scale_out, host_link, latency };
inline constexpr std::size_t kKnobs = 7;
inline constexpr std::array<const char*, kKnobs> kKnobNames{"peak FLOP/s",   "memory GB/s",         "launches/s",
                                                            "scale-up GB/s", "NIC and fabric GB/s", "host link GB/s",
                                                            "1 / latency"};

[[nodiscard]] constexpr std::size_t index(Knob knob) {
  return static_cast<std::size_t>(knob);
}
[[nodiscard]] iteration::Stave stave_of(Knob knob);

/// The job with one rate of all its parts multiplied by `factor` > 0; 1 gives the same job. Peaks of all formats with
/// the vector units and caches beside them; device memory; launches with the host's time for them; links inside a node;
/// NICs, and with them the switches that their number sizes, and the join of islands; host links; and divided by it,
/// the start and step times of collectives. Capacities, and shares of a rate, stay.
[[nodiscard]] iteration::Job turned(const iteration::Job& job, Knob knob, double factor);

}  // namespace sim::barrel
