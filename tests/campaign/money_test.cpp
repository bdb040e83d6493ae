#include "sim/campaign/money.hpp"

#include "tests/campaign/plans.hpp"
#include "tests/support/catch.hpp"

namespace sim::campaign {
namespace {

constexpr double kYear = 365.25 * 86400;

// Two nodes for two years, one more for the second year.
Outcome two_years() {
  Outcome outcome;
  outcome.start = day(0);
  outcome.end = day(0) + span_of(Seconds(2 * kYear));
  outcome.installed_node_seconds = {2 * 2 * kYear + kYear};
  return outcome;
}

FleetPrices bought() {
  FleetPrices prices;
  prices.node = {Dollars(100e3)};
  prices.node_network = {Dollars(10e3)};
  prices.kilowatt_hour = Dollars(0.1);
  prices.lifetime = Seconds(5 * kYear);
  prices.resale = 0.2;
  return prices;
}

TEST_CASE("bought nodes lose their price in a straight line down to the resale value") {
  const Cost cost = cost_of(two_years(), bought(), {3}, 3.6e12);
  CHECK_THAT(cost.chips, WithinRel(100e3 * 0.8 * 5 / 5, 1e-12));  // five node-years of five
  CHECK_THAT(cost.network, WithinRel(8e3, 1e-12));
  CHECK_THAT(cost.electricity, WithinRel(1e6 * 0.1, 1e-12));  // 1 GWh
  CHECK(cost.total() == cost.chips + cost.network + cost.electricity);
}

TEST_CASE("what has lived its life costs nothing more") {
  FleetPrices prices = bought();
  prices.lifetime = Seconds(kYear);
  CHECK_THAT(cost_of(two_years(), prices, {3}, 0).chips, WithinRel(3 * 100e3 * 0.8, 1e-12));
}

TEST_CASE("rented nodes cost their hours, electricity included") {
  FleetPrices prices = bought();
  prices.mode = Economics::Mode::rent;
  prices.node = {Dollars(8)};
  const Cost cost = cost_of(two_years(), prices, {3}, 3.6e12);
  CHECK_THAT(cost.chips, WithinRel(8.0 * 5 * kYear / 3600, 1e-12));
  CHECK(cost.network == 0);
  CHECK(cost.electricity == 0);
}

TEST_CASE("room for checkpoints is paid for the time of the run") {
  FleetPrices prices = bought();
  prices.storage = Dollars(50e3);
  CHECK_THAT(cost_of(two_years(), prices, {3}, 0).storage, WithinRel(50e3 * 0.8 * 2 / 5, 1e-12));
}

}  // namespace
}  // namespace sim::campaign
