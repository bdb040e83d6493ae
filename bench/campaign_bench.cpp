#include <benchmark/benchmark.h>

#include "bench/hold.hpp"
#include "sim/campaign/monte_carlo.hpp"

namespace sim::bench {
namespace {

// Two years in all on 10,000 chips: 1,250 nodes, 8 stops a day, checkpoints every half an hour.
campaign::Plan two_years() {
  using campaign::Scope;
  campaign::Plan plan;
  plan.levels = {{{1200}, 80}};
  plan.phases = {{"all", 430'000, 59e6, {Seconds(120)}}};
  plan.deliveries = {{0, 1250, campaign::Moment{}}};
  campaign::Component part;
  part.mean_life = Seconds(1250.0 / 0.8 * 86400);
  for (int i = 0; i < 10; ++i) {
    part.scope = i % 2 == 0 ? Scope::node : Scope::process;
    part.repair_share = i % 2 == 0 ? 1 : 0;
    part.shape = i == 0 ? 0.8 : 1;
    plan.components.push_back(part);
  }
  plan.recovery = {Seconds(300), Seconds(600), 0.02, Seconds(7200), Seconds(3 * 86400), false};
  plan.tiers = {{"storage", Seconds(1800), Seconds(10), Seconds(120), Seconds(120), Scope::job}};
  return plan;
}

double cpu_seconds_of_one(const campaign::Plan& plan) {
  constexpr int kRuns = 50;
  const double began = cpu_seconds();
  double days = 0;
  for (std::uint64_t draw = 0; draw < kRuns; ++draw) days += campaign::run(plan, {2, draw}).days();
  return days > 0 ? (cpu_seconds() - began) / kRuns : 0;
}

// Budget: 1,000 runs in 10 CPU s. The ratio is to the bare heap's operations in the same process.
void campaign_of_two_years(benchmark::State& state) {
  const campaign::Plan plan = two_years();
  std::uint64_t draw = 0;
  double days = 0;
  for (auto _ : state) days += campaign::run(plan, {1, draw++}).days();
  state.counters["days"] = days / static_cast<double>(state.iterations());
  state.counters["holds_per_run"] = hold_rate(1000) * cpu_seconds_of_one(plan);
}
BENCHMARK(campaign_of_two_years)->Name("campaign/two_years")->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace sim::bench
