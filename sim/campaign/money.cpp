#include "sim/campaign/money.hpp"

#include <algorithm>

namespace sim::campaign {

Cost cost_of(const Outcome& outcome, const FleetPrices& prices, const std::vector<double>& nodes, double joules) {
  constexpr double kHour = 3600, kJoulesPerKilowattHour = 3.6e6;
  Cost cost;
  for (std::size_t entry = 0; entry < prices.node.size(); ++entry) {
    const double installed = outcome.installed_node_seconds[entry];
    if (prices.mode == Economics::Mode::rent) {
      cost.chips += prices.node[entry].value() * installed / kHour;
      continue;
    }
    const double lived = std::min(installed / prices.lifetime.value(), nodes[entry]);  // node lifetimes
    cost.chips += prices.node[entry].value() * (1 - prices.resale) * lived;
    cost.network += prices.node_network[entry].value() * (1 - prices.resale) * lived;
  }
  const double storage_lived = std::min(1.0, seconds_of(outcome.elapsed()) / prices.lifetime);
  cost.storage = prices.storage.value() * (1 - prices.resale) * storage_lived;
  if (prices.mode == Economics::Mode::purchase)
    cost.electricity = joules / kJoulesPerKilowattHour * prices.kilowatt_hour.value();
  return cost;
}

}  // namespace sim::campaign
