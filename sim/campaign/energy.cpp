#include "sim/campaign/energy.hpp"

namespace sim::campaign {

double energy_joules(const Outcome& outcome, const std::vector<Level>& levels, const PowerPlan& power) {
  double joules = 0;
  std::vector<double> idle_node_seconds = outcome.installed_node_seconds;
  for (std::size_t level = 0; level < levels.size(); ++level) {
    double at_work = 0;  // s
    for (std::size_t load = 0; load < kLoads; ++load) {
      const double seconds = seconds_of(outcome.loads[level][load]).value();
      joules += power.working[level][load].value() * seconds;
      at_work += seconds;
    }
    for (std::size_t entry = 0; entry < idle_node_seconds.size(); ++entry)
      idle_node_seconds[entry] -= at_work * levels[level].nodes[entry];
  }
  for (std::size_t entry = 0; entry < idle_node_seconds.size(); ++entry)
    joules += power.idle_node[entry].value() * idle_node_seconds[entry];
  return joules * power.pue;
}

}  // namespace sim::campaign
