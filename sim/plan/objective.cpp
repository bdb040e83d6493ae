#include "sim/plan/objective.hpp"

#include <algorithm>

#include "sim/base/error.hpp"
#include "sim/plan/campaign_money.hpp"

namespace sim::plan {
namespace {

constexpr double kYear = 365.25 * 86400;  // s
constexpr double kHour = 3600;            // s
constexpr double kKilowattHour = 3.6e6;   // J

// Rent, or what the machines lose of their price; of the fleet, in a second. As sim/campaign/money.hpp has it.
double price_of_second(const iteration::FleetEntry& entry, const campaign::Economics& economics) {
  const campaign::ChipPrice* price = price_of(entry, economics);
  if (price == nullptr) {
    throw InputError("no price is known of " + entry.chip.id + ", so that dollars cannot be the objective",
                     "give one: economics.chips, or ask for --objective days or energy");
  }
  if (economics.mode == campaign::Economics::Mode::rent) return entry.count * price->rent.usual.value.value() / kHour;
  const double bought = price->purchase.usual.value.value() + economics.network.usual.value.value();
  return entry.count * bought * (1 - economics.resale.value) / (economics.lifetime_years.value * kYear);
}

}  // namespace

double Objective::least_share() const {
  return std::min({shares.compute.value, shares.memory.value, shares.waiting.value});
}

double Objective::of_second(double share, int ranks) const {
  const Watts working = around(design * share, shares);
  return fixed + each_joule * (ranks * working.value() + (chips - ranks) * idle.value());
}

double Objective::least(double seconds, int ranks) const {
  return seconds * (each_joule > 0 ? of_second(least_share(), ranks) : fixed);
}

double Objective::seconds_for(double cost) const {
  if (each_joule == 0) return cost / fixed;
  return cost / std::min(of_second(least_share(), 0), of_second(least_share(), chips));
}

double Objective::cost(const iteration::IterationResult& result, int ranks) const {
  const double seconds = result.seconds.value();
  return seconds * (each_joule > 0 ? of_second(power_of_step(result, shares), ranks) : fixed);
}

Objective objective_of(const iteration::Job& job, Goal goal, const campaign::Economics& economics) {
  Objective objective;
  objective.goal = goal;
  if (goal == Goal::days) return objective;
  const iteration::FleetEntry& entry = job.fleet.front();
  if (!entry.chip.power) {
    throw InputError("no design power is known of " + entry.chip.id + ", so that only days can be the objective",
                     "give one: power in the chip's file");
  }
  objective.chips = job.chips();
  objective.shares = economics.power;
  objective.design = entry.chip.power->value;
  objective.idle = idle_power(objective.design, economics.power);
  objective.fixed = goal == Goal::dollars ? price_of_second(entry, economics) : 0;
  const double pue = economics.power.pue.value;
  const bool pays = economics.mode == campaign::Economics::Mode::purchase;  // rent has electricity in it
  objective.each_joule = goal == Goal::energy ? pue
                         : pays               ? pue * economics.electricity.usual.value.value() / kKilowattHour
                                              : 0;
  return objective;
}

}  // namespace sim::plan
