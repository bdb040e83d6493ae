#pragma once

#include <array>
#include <vector>

#include "sim/campaign/run.hpp"

namespace sim::campaign {

/// Electric power of the fleet, at the chips and everything bought with them; W.
struct PowerPlan {
  std::vector<std::array<Watts, kLoads>> working;  ///< by level: all its nodes with their share of network, by load
  std::vector<Watts> idle_node;                    ///< by fleet entry: one node that is installed and does not work
  double pue = 1;                                  ///< power usage effectiveness: at the meter over at the machines
};

/// At the meter, joules: over the time that nodes were installed.
[[nodiscard]] double energy_joules(const Outcome& outcome, const std::vector<Level>& levels, const PowerPlan& power);

}  // namespace sim::campaign
