#include "sim/campaign/monte_carlo.hpp"

#include <tbb/global_control.h>

#include <numeric>

#include "tests/campaign/plans.hpp"
#include "tests/support/catch.hpp"

namespace sim::campaign {
namespace {

Study study_of(Plan plan) {
  Study study;
  study.power = PowerPlan{std::vector(plan.levels.size(), std::array{Watts(1e6), Watts(5e5)}),
                          std::vector(plan.entries(), Watts(1000)), 1.3};
  study.plan = std::move(plan);
  return study;
}

TEST_CASE("the same study gives the same figures on one thread and on many") {
  Study study = study_of(hard_plan());
  study.samples = 24;
  study.factors = {{Input::step_time, 0.9, 1.2, ""}, {Input::failure_rate, 0.5, 2, ""}};
  const Distribution many = play(study);
  const tbb::global_control one(tbb::global_control::max_allowed_parallelism, 1);
  const Distribution single = play(study);
  CHECK(many.days == single.days);
  CHECK(many.megawatt_hours->p90 == single.megawatt_hours->p90);
  CHECK(many.shares == single.shares);
  CHECK_THAT(std::accumulate(many.shares.begin(), many.shares.end(), 0.0), WithinRel(1.0, 1e-12));
  study.seed = 2;
  CHECK(play(study).days != single.days);
}

TEST_CASE("without failures the days are spread as the step time is") {
  Study study = study_of(plain_plan(1000, Seconds(864)));  // ten days
  study.samples = 4000;
  study.factors = {{Input::step_time, 0.9, 1.3, "measured runs"}};
  const Distribution spread = play(study);
  CHECK_THAT(spread.day_quantiles.p10, WithinRel(9.0, 0.01));
  CHECK_THAT(spread.day_quantiles.p50, WithinRel(10.0, 0.01));
  CHECK_THAT(spread.day_quantiles.p90, WithinRel(13.0, 0.02));
  CHECK(spread.goodput.p10 == 1);
  CHECK_THAT(spread.megawatt_hours->p50, WithinRel(10 * 24 * 1.3, 0.01));  // 1 MW, PUE 1.3
}

TEST_CASE("quantiles are linear between order statistics") {
  const Quantiles of_eleven = quantiles({10, 0, 1, 2, 3, 9, 8, 7, 4, 5, 6});
  CHECK(of_eleven.p10 == 1);
  CHECK(of_eleven.p50 == 5);
  CHECK(of_eleven.p90 == 9);
  CHECK_THAT(quantiles({1, 2}).p90, WithinRel(1.9, 1e-12));
  CHECK(quantiles({3}).p10 == 3);
}

TEST_CASE("the tornado puts what moves the days most first") {
  Study study = study_of(hard_plan());
  study.factors = {{Input::repair_time, 0.9, 1.1, "a"},
                   {Input::step_time, 0.8, 1.3, "b"},
                   {Input::failure_rate, 0.95, 1.05, "c"},
                   {Input::electricity_price, 0.5, 2, "d"}};
  const std::vector<Swing> swings = tornado(study, 16);
  REQUIRE(swings.size() == 3);  // prices do not move days
  CHECK(swings[0].input == Input::step_time);
  CHECK(swings[0].basis == "b");
  for (const Swing& swing : swings) CHECK(swing.at_p10 < swing.at_p90);
}

}  // namespace
}  // namespace sim::campaign
