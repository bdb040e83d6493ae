#include "sim/plan/campaign_money.hpp"

#include "sim/base/lower_case.hpp"

namespace sim::plan {
namespace {

using campaign::ChipPrice;
using campaign::Economics;
using campaign::Price;
using iteration::FleetEntry;
using iteration::Job;
using iteration::Stave;

double chips_per_host(const FleetEntry& entry) {
  return static_cast<double>(entry.count) / hosts_of(entry, entry.count);
}

// Of all prices of a kind, weighed by what is bought.
struct Sum {
  double usual = 0, low = 0, high = 0;
  void add(const Price& price, double count) {
    const double stated = price.usual.value.value();
    usual += count * stated;
    low += count * (price.low.value() > 0 ? price.low.value() : stated);
    high += count * (price.high.value() > 0 ? price.high.value() : stated);
  }
};

void add_range(campaign::Study& study, campaign::Input input, const Sum& sum) {
  if (sum.usual <= 0 || sum.low >= sum.high) return;
  study.factors.push_back({input, sum.low / sum.usual, sum.high / sum.usual, "low and high prices"});
}

}  // namespace

double power_of_step(const iteration::IterationResult& result, const campaign::PowerShares& shares) {
  double sum = 0;
  for (std::size_t stave = 0; stave < result.pacing.staves.size(); ++stave) {
    double share = shares.waiting.value;
    if (static_cast<Stave>(stave) == Stave::tensor_compute) share = shares.compute.value;
    if (static_cast<Stave>(stave) == Stave::hbm_bandwidth) share = shares.memory.value;
    sum += share * result.pacing.staves[stave];
  }
  return sum / result.seconds.value();
}

Watts around(Watts chip, const campaign::PowerShares& shares) {
  return chip * (1 + shares.server.value) + shares.network.value;
}

Watts idle_power(Watts design, const campaign::PowerShares& shares) {
  return design * (shares.idle.value + shares.server_idle.value) + shares.network.value;
}

const ChipPrice* price_of(const FleetEntry& entry, const Economics& economics) {
  const auto found = economics.chips.find(lower_case(entry.chip.id));
  if (found == economics.chips.end()) return nullptr;
  const Price& price = economics.mode == Economics::Mode::rent ? found->second.rent : found->second.purchase;
  return price.usual.value.value() > 0 ? &found->second : nullptr;
}

std::optional<campaign::PowerPlan> power_plan(const Job& job, const PricedCampaign& priced,
                                              const campaign::PowerShares& shares) {
  campaign::PowerPlan plan;
  plan.pue = shares.pue.value;
  for (const FleetEntry& entry : job.fleet) {
    if (!entry.chip.power) return std::nullopt;
    const Watts design = entry.chip.power->value;
    plan.idle_node.push_back(idle_power(design, shares) * chips_per_host(entry));
  }
  for (const PricedLevel& level : priced.levels) {
    const double in_step = power_of_step(level.result, shares);
    std::array<Watts, campaign::kLoads> all{};
    for (std::size_t i = 0; i < job.fleet.size(); ++i) {
      const Watts design = job.fleet[i].chip.power->value;
      const double chips = chips_per_host(job.fleet[i]) * level.level.nodes[i];
      all[static_cast<std::size_t>(campaign::Load::training)] += around(design * in_step, shares) * chips;
      all[static_cast<std::size_t>(campaign::Load::stopped)] += around(design * shares.stopped.value, shares) * chips;
    }
    plan.working.push_back(all);
  }
  return plan;
}

std::optional<campaign::FleetPrices> fleet_prices(const Job& job, const PricedCampaign& priced,
                                                  const Economics& economics) {
  constexpr double kYear = 365.25 * 86400;
  campaign::FleetPrices prices;
  prices.mode = economics.mode;
  for (const FleetEntry& entry : job.fleet) {
    const ChipPrice* price = price_of(entry, economics);
    if (price == nullptr) return std::nullopt;
    const bool rents = economics.mode == Economics::Mode::rent;
    prices.node.push_back((rents ? price->rent : price->purchase).usual.value * chips_per_host(entry));
    prices.node_network.push_back(economics.network.usual.value * chips_per_host(entry));
  }
  constexpr double kTerabyte = 1e12;
  prices.storage =
      economics.storage.usual.value * (economics.kept_checkpoints.value * priced.checkpoint.value() / kTerabyte);
  prices.kilowatt_hour = economics.electricity.usual.value;
  prices.lifetime = Seconds(economics.lifetime_years.value * kYear);
  prices.resale = economics.resale.value;
  return prices;
}

void add_economics(const Job& job, const PricedCampaign& priced, const Economics& economics, campaign::Study& study) {
  study.power = power_plan(job, priced, economics.power);
  if (!study.power) return;
  study.prices = fleet_prices(job, priced, economics);
  if (!study.prices) return;
  Sum chips, electricity;
  for (const FleetEntry& entry : job.fleet) {
    const ChipPrice* price = price_of(entry, economics);
    chips.add(economics.mode == Economics::Mode::rent ? price->rent : price->purchase, entry.count);
  }
  electricity.add(economics.electricity, 1);
  add_range(study, campaign::Input::chip_price, chips);
  add_range(study, campaign::Input::electricity_price, electricity);
}

}  // namespace sim::plan
