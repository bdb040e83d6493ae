#include <cmath>

#include "sim/campaign/checkpoint_interval.hpp"
#include "sim/campaign/energy.hpp"
#include "sim/campaign/failures.hpp"
#include "sim/campaign/monte_carlo.hpp"
#include "tests/campaign/plans.hpp"
#include "tests/support/catch.hpp"

namespace sim::campaign {
namespace {

struct Mean {
  double value = 0, error = 0;  ///< one standard deviation of the mean
};

template <class Figure>
Mean mean_of(const Plan& plan, int runs, Figure figure) {
  double sum = 0, squares = 0;
  for (int i = 0; i < runs; ++i) {
    const double value = figure(run(plan, {11, static_cast<std::uint64_t>(i)}));
    sum += value;
    squares += value * value;
  }
  const double mean = sum / runs;
  return {mean, std::sqrt(std::max(0.0, squares / runs - mean * mean) / runs)};
}

TEST_CASE("exponential failures waste what Daly's formula says") {
  struct Case {
    double stall, every, between_failures, restart;  // s
  };
  const Case c = GENERATE(Case{60, 1200, 3 * 3600, 900}, Case{10, 600, 20000, 300}, Case{300, 3000, 10000, 1200});
  Plan plan = plain_plan(2'000'000, Seconds(1));  // short steps: the formula knows none
  plan.tiers = {{"storage", Seconds(c.every), Seconds(c.stall), Seconds(), Seconds(), Scope::job}};
  plan.components = {stopping("chip", 8, Seconds(80 * c.between_failures))};  // 10 nodes of 8
  plan.recovery.restart = Seconds(c.restart);
  const Mean stretch =
      mean_of(plan, 200, [](const Outcome& outcome) { return seconds_of(outcome.elapsed()) / Seconds(2e6); });
  const double expected =
      daly_stretch(Seconds(c.every), Seconds(c.stall), Seconds(c.restart), Seconds(c.between_failures));
  CAPTURE(c.stall, c.every, c.between_failures, stretch.value, stretch.error, expected);
  CHECK(stretch.error < 0.004 * expected);
  CHECK(std::abs(stretch.value - expected) < 3 * stretch.error + 0.001 * expected);
}

TEST_CASE("the simulated optimum of the checkpoint interval wastes no more than Daly's") {
  Plan plan = plain_plan(500'000, Seconds(1));
  plan.tiers = {{"storage", Seconds(1000), Seconds(60), Seconds(), Seconds(), Scope::job}};
  plan.components = {stopping("chip", 8, Seconds(80 * 10800))};
  plan.recovery.restart = Seconds(600);
  const double daly = daly_interval(Seconds(60), Seconds(10800)).value();
  CHECK_THAT(daly, WithinRel(1098.8, 1e-4));  // 1138.42 x (1 + 0.017568 + 0.000309) - 60
  CHECK_THAT(young_interval(Seconds(60), Seconds(10800)).value(), WithinRel(1138.42, 1e-5));
  const double best = best_interval(plan, 0, 40, 5).value();
  CAPTURE(best);
  const auto waste = [&](double every) {
    return daly_stretch(Seconds(every), Seconds(60), Seconds(600), Seconds(10800));
  };
  CHECK(waste(best) < waste(daly) * 1.01);
}

// Repair by as many hands as nodes: every node is up a share mean life / (mean life + repair) of the time, so the
// number of the n that are up is binomial, and a run that waits for all but s of them has them a share P(broken <= s)
// of the time (machine repair model; Gross and Harris 1998, section 2.6, with c = population and spares that fail as
// well).
TEST_CASE("waiting for spares is a birth-death chain") {
  // One node of work and one spare; the spare does not fail. Up: rate 1/L to one broken. One broken (the spare works):
  // rate 1/L to two, 1/R back. Two broken: waiting, back at 2/R. Balance: p1 = p0 R/L, p2 = p1 (1/L) / (2/R).
  const double life = 40000, repair = 20000, r = repair / life;
  Plan plan = plain_plan(4'000'000, Seconds(1));
  plan.levels = {{{1}, 1}};
  plan.deliveries = {{0, 2, day(0)}};
  plan.tiers = {{"memory", Seconds(1), Seconds(), Seconds(), Seconds(), Scope::job}};
  plan.components = {stopping("node", 1, Seconds(life))};
  plan.components[0].repair_share = 1;
  plan.recovery.repair = Seconds(repair);
  const double waiting = (r * r / 2) / (1 + r + r * r / 2);
  const Mean share = mean_of(plan, 100, [](const Outcome& outcome) {
    return seconds_of(outcome.spans[index(State::waiting_for_spares)]) / seconds_of(outcome.elapsed());
  });
  CAPTURE(share.value, share.error, waiting);
  CHECK(share.error < 0.002);
  CHECK(std::abs(share.value - waiting) < 3 * share.error + 0.0005);
}

TEST_CASE("a Weibull part of shape 1 is an exponential one") {
  Component part = stopping("chip", 1, Seconds(5000));
  for (const double age : {1.0, 3000.0, 1e6}) CHECK_THAT(cumulative_hazard(part, age), WithinRel(age / 5000, 1e-12));
  part.shape = 0.7;  // scale = 5000 / gamma(1 + 1/0.7) = 5000 / 1.26582
  CHECK_THAT(cumulative_hazard(part, 5000 / 1.265823), WithinRel(1.0, 1e-5));
  part.early_factor = 3;
  part.early = Seconds(1000);
  for (const double age : {1.0, 999.0, 1000.0, 1001.0, 1e6})
    CHECK_THAT(age_of_hazard(part, cumulative_hazard(part, age)), WithinRel(age, 1e-9));
}

TEST_CASE("the first month of a fleet fails more often by the factor that is stated") {
  Plan plan = plain_plan(200 * 24, Seconds(3600));
  plan.tiers = {{"memory", Seconds(3600), Seconds(), Seconds(), Seconds(), Scope::job}};
  plan.components = {stopping("chip", 8, Seconds(80 * 86400))};
  plan.components[0].early_factor = 5;
  plan.components[0].early = Seconds(30 * 86400);
  // One a day: 200 in 200 days, and 4 x 30 more. Steps that are lost to a failure last less than an hour.
  const Mean failures = mean_of(plan, 200, [](const Outcome& outcome) {
    return static_cast<double>(outcome.failures[0]) - (outcome.days() - 200);
  });
  CHECK(std::abs(failures.value - 320) < 3 * failures.error);
}

TEST_CASE("slow parts stretch the steps until they are noticed") {
  Plan plan = plain_plan(10'000'000, Seconds(1));
  plan.deliveries = {{0, 100, day(0)}};
  plan.tiers = {{"memory", Seconds(10), Seconds(), Seconds(), Seconds(), Scope::job}};
  plan.components = {stopping("slow chip", 1, Seconds(10 * 1e6))};
  plan.components[0].slowdown = 1.25;
  plan.components[0].detection = Seconds(2e4);
  plan.recovery.repair = Seconds(1e5);
  // A slow part every 1e6 s for 2e4 s: 0.2 of an alternating renewal process' share 2e4 / (1e6 + ...) is lost; several
  // at once are as slow as one: share slow = 1 - exp(-0.02) (M/G/infinity), pace = 1 - share (1 - 1/1.25).
  const double slow = 1 - std::exp(-0.02);
  const Mean days =
      mean_of(plan, 100, [](const Outcome& outcome) { return seconds_of(outcome.elapsed()) / Seconds(1e7); });
  CAPTURE(days.value, days.error);
  CHECK(std::abs(days.value - 1 / (1 - slow * 0.2)) < 3 * days.error + 1e-4);
}

TEST_CASE("energy of a constant load is power x time x PUE") {
  const Plan plan = plain_plan(100, Seconds(36));  // an hour
  Outcome outcome = run(plan, {1, 0});
  const PowerPlan power{{{Watts(100e3), Watts(50e3)}}, {Watts(3e3)}, 1.2};
  CHECK_THAT(energy_joules(outcome, plan.levels, power) / 3.6e9, WithinRel(0.12, 1e-12));  // MWh
  outcome.installed_node_seconds[0] += 5 * 3600;                                           // five spare nodes idle
  CHECK_THAT(energy_joules(outcome, plan.levels, power) / 3.6e9, WithinRel(0.12 + 0.018, 1e-12));
}

}  // namespace
}  // namespace sim::campaign
