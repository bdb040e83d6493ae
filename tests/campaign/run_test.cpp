#include "sim/campaign/run.hpp"

#include "sim/base/error.hpp"
#include "tests/campaign/plans.hpp"
#include "tests/support/catch.hpp"

namespace sim::campaign {
namespace {

TEST_CASE("without failures a run takes exactly its steps") {
  Plan plan = plain_plan(1000, Seconds(113.926293372168));
  const Outcome outcome = run(plan, {1, 0});
  CHECK(outcome.elapsed().count() == 113926293372);  // us: 1000 x 113.926293372168 s, rounded once
  CHECK(outcome.spans[index(State::productive)] == outcome.elapsed());
  CHECK(outcome.steps == 1000);
  CHECK(outcome.restarts == 0);

  SECTION("phases follow each other") {
    plan.phases.insert(plan.phases.begin(), {"ramp", 10, 1, {Seconds(0.5)}});
    CHECK(run(plan, {1, 0}).elapsed().count() == 113926293372 + 5'000'000);
  }
  SECTION("checkpoints that cost nothing change nothing") {
    plan.tiers = {{"memory", Seconds(600), Seconds(), Seconds(30), Seconds(60), Scope::job}};
    const Outcome same = run(plan, {1, 0});
    CHECK(same.elapsed() == outcome.elapsed());
    CHECK(same.checkpoints == 1000 / 6);  // 600 s are 5.3 steps, so every 6
  }
}

TEST_CASE("stops are added one by one") {
  Plan plan = plain_plan(100, Seconds(10));
  SECTION("evaluations, but none after the last step") {
    plan.evaluation = Evaluation{25, Seconds(7)};
    CHECK(run(plan, {1, 0}).elapsed() == span_of(Seconds(1000 + 3 * 7)));
  }
  SECTION("checkpoints of two tiers") {
    plan.tiers = {{"disk", Seconds(100), Seconds(2), Seconds(), Seconds(), Scope::process},
                  {"storage", Seconds(500), Seconds(20), Seconds(), Seconds(), Scope::job}};
    // After steps 10, 20 ... 90, and after step 50.
    CHECK(run(plan, {1, 0}).elapsed() == span_of(Seconds(1000 + 9 * 2 + 20)));
  }
  SECTION("maintenance: saved, stopped, started, loaded") {
    plan.tiers = {{"storage", Seconds(2000), Seconds(20), Seconds(5), Seconds(3), Scope::job}};
    plan.maintenance = Maintenance{Seconds(405), Seconds(60)};
    plan.recovery.restart = Seconds(12);
    // Due at 405 s: step 41 ends at 410, + 25 saved, + 60 + 15. Due again at 810 s, when the time is 510 + 300: the
    // step that ends at 820 (its 72nd) is the last before. The third, at 1215 s, meets 920 + 280 = the end.
    const Outcome outcome = run(plan, {1, 0});
    CHECK(outcome.elapsed() == span_of(Seconds(1000 + 2 * 100)));
    CHECK(outcome.spans[index(State::maintenance)] == span_of(Seconds(120)));
    CHECK(outcome.spans[index(State::checkpoint)] == span_of(Seconds(50)));
    CHECK(outcome.restarts == 2);
  }
}

TEST_CASE("chips that arrive later make the run start, and grow") {
  Plan plan = plain_plan(100, Seconds(10));
  plan.levels = {{{5}, 1}, {{10}, 2}};
  plan.phases[0].step_seconds = {Seconds(20), Seconds(10)};
  plan.deliveries = {{0, 5, day(10)}, {0, 5, day(10) + span_of(Seconds(415))}};
  plan.tiers = {{"storage", Seconds(1e6), Seconds(1), Seconds(4), Seconds(3), Scope::job}};
  plan.recovery.restart = Seconds(12);

  // 21 steps of 20 s until 420 s, 5 s saving, 15 s starting, 79 steps of 10 s.
  Outcome outcome = run(plan, {1, 0});
  CHECK(outcome.start == day(10));
  CHECK(outcome.elapsed() == span_of(Seconds(420 + 20 + 790)));
  CHECK(outcome.loads[0][0] == span_of(Seconds(420)));
  CHECK(outcome.loads[1][0] == span_of(Seconds(790)));
  CHECK(outcome.installed_node_seconds[0] == 5 * 1230 + 5 * (1230 - 415));

  // Two of the five come early: the seven that are there then do no more than five, and nothing stops for them.
  Plan in_parts = plan;
  in_parts.deliveries[1].nodes = 3;
  in_parts.deliveries.insert(in_parts.deliveries.begin() + 1, {0, 2, day(10) + span_of(Seconds(100))});
  CHECK(run(in_parts, {1, 0}).elapsed() == outcome.elapsed());

  plan.start = day(9);  // ordered the day before
  outcome = run(plan, {1, 0});
  CHECK(outcome.spans[index(State::waiting_for_delivery)] == day(1) - day(0));
  CHECK(outcome.elapsed() == (day(1) - day(0)) + span_of(Seconds(1230)));

  plan.maintenance = Maintenance{Seconds(3600), Seconds(60)};  // what waiting swallows is not made up for
  CHECK(run(plan, {1, 0}).spans[index(State::maintenance)] == Span{});
  plan.maintenance.reset();

  plan.deliveries.pop_back();
  plan.levels.erase(plan.levels.begin());
  plan.phases[0].step_seconds.pop_back();
  CHECK_THROWS_AS(run(plan, {1, 0}), InputError);  // never enough
}

TEST_CASE("the states sum to the elapsed time, and the timeline tells the same") {
  const Plan plan = hard_plan();
  for (std::uint64_t draw = 0; draw < 20; ++draw) {
    std::vector<Stretch> timeline;
    const Outcome outcome = run(plan, {7, draw}, &timeline);
    Span sum{};
    for (const Span span : outcome.spans) sum += span;
    CHECK(sum == outcome.elapsed());
    StateSpans told{};
    Moment last = outcome.start;
    for (const Stretch& stretch : timeline) {
      CHECK(stretch.from == last);
      CHECK(stretch.to > stretch.from);
      told[index(stretch.state)] += stretch.to - stretch.from;
      last = stretch.to;
    }
    CHECK(last == outcome.end);
    for (std::size_t state = 0; state < kStates; ++state) {
      CAPTURE(kStateNames[state]);
      // Partial steps before a failure are lost in both; whole ones are relabelled when they turn out to be.
      CHECK(told[state] == outcome.spans[state]);
    }
    CHECK(outcome.steps == 3000);
    CHECK(outcome.spans[index(State::productive)] >= span_of(Seconds(3000 * 60)));
    CHECK(run(plan, {7, draw}).elapsed() == outcome.elapsed());
  }
}

TEST_CASE("checkpoints that are counted at once are those that are simulated one by one") {
  Plan plan = hard_plan();
  plan.tiers.erase(plan.tiers.begin());
  for (std::uint64_t draw = 0; draw < 20; ++draw) {
    std::vector<Stretch> timeline;  // keeps every one
    const Outcome one_by_one = run(plan, {3, draw}, &timeline), at_once = run(plan, {3, draw});
    CHECK(at_once.end == one_by_one.end);
    CHECK(at_once.spans == one_by_one.spans);
    CHECK(at_once.loads == one_by_one.loads);
    CHECK(at_once.checkpoints == one_by_one.checkpoints);
    CHECK(at_once.failures == one_by_one.failures);
  }
}

TEST_CASE("a run that failures never let finish ends with words") {
  Plan plan = plain_plan(1000, Seconds(100));
  plan.tiers = {{"storage", Seconds(1000), Seconds(1), Seconds(), Seconds(), Scope::job}};
  plan.components = {stopping("chip", 8, Seconds(100))};
  CHECK_THROWS_AS(run(plan, {1, 0}), InputError);
}

TEST_CASE("a run that can stop needs checkpoints that can be written in time") {
  Plan plan = plain_plan(10, Seconds(10));
  plan.components = {stopping("chip", 1, Seconds(1e6))};
  CHECK_THROWS_AS(run(plan, {1, 0}), InputError);
  plan.tiers = {{"storage", Seconds(100), Seconds(), Seconds(101), Seconds(), Scope::job}};
  CHECK_THROWS_AS(run(plan, {1, 0}), InputError);
  plan.tiers[0].write = Seconds(100);
  CHECK_NOTHROW(run(plan, {1, 0}));
}

}  // namespace
}  // namespace sim::campaign
