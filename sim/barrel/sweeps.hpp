#pragma once

#include <utility>
#include <vector>

#include "sim/barrel/barrel.hpp"

namespace sim::barrel {

/// The iteration over a range of one knob.
struct Sweep {
  Knob knob{};
  std::vector<std::pair<double, double>> points;  ///< factor of the knob, ascending; T'/T
};

/// One sweep, from an eighth to four times its length, for each stave with a knob that holds at least 0.5 % of the
/// iteration, longest first. Simulated on all threads.
[[nodiscard]] std::vector<Sweep> sweep_knobs(const iteration::Job& job, const Barrel& barrel,
                                             const Progress& progress = {});

}  // namespace sim::barrel
