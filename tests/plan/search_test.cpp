#include "sim/plan/search.hpp"

#include <algorithm>

#include "tests/iteration/jobs.hpp"
#include "tests/support/catch.hpp"

using namespace sim;
using plan::Found;
using plan::SearchSpace;

namespace {

// A small job on another scenario's chips and machine.
iteration::Job small(const std::string& scenario, const std::string& model, int chips, int batch) {
  return test::job_of(
      scenario, {"model=" + model, "parallel={tp: 1, pp: 1, dp: 0}", "training.global_batch=" + std::to_string(batch),
                 "training.sequence_length=2048", "fleet.0.count=" + std::to_string(chips)});
}

// Few enough strategies to simulate them all.
SearchSpace few(const iteration::Job& job, bool full_pipeline) {
  SearchSpace space = plan::search_space(job, {});
  const auto at_most = [](std::vector<int>& values, int most) {
    values.erase(std::remove_if(values.begin(), values.end(), [most](int value) { return value > most; }),
                 values.end());
  };
  at_most(space.micro_batch, job.chips() <= 8 ? 2 : 1);
  at_most(space.cp, 2);
  at_most(space.tp, 4);
  at_most(space.etp, 2);
  at_most(space.pp, full_pipeline ? 8 : 2);
  at_most(space.vpp, 2);
  if (!full_pipeline) space.recompute = {parallel::Recompute::none, parallel::Recompute::full};
  if (full_pipeline) {
    space.recompute = {parallel::Recompute::elementwise};
    space.micro_batch = {1};
  }
  space.overlap_tp = {job.strategy.overlap.tp};
  space.overlap_pp = {true};
  if (job.chips() > 16) space.zero = {1, 3};
  return space;
}

struct Case {
  const char* scenario;
  const char* model;
  int chips, batch;
  bool full_pipeline;
};

constexpr Case kCases[] = {
    {"gpt4_h100", "llama2-7b", 8, 16, false},     {"gpt4_h100", "llama2-7b", 16, 16, false},
    {"gpt4_h100", "llama2-7b", 24, 48, false},    {"gpt4_h100", "llama2-13b", 16, 32, false},
    {"gpt4_h20", "llama2-7b", 8, 16, false},      {"gpt4_h20", "llama2-7b", 32, 32, false},
    {"gpt4_h20", "llama2-13b", 16, 16, false},    {"gpt4_v100", "llama2-7b", 16, 16, false},
    {"gpt4_v100", "llama2-7b", 32, 64, false},    {"gpt4_a800", "llama2-7b", 8, 8, false},
    {"gpt4_a800", "llama2-13b", 24, 24, false},   {"gpt4_h800", "llama2-7b", 12, 24, false},
    {"gpt4_h800", "mixtral-8x7b", 16, 16, false}, {"gpt4_h100", "mixtral-8x7b", 32, 32, false},
    {"gpt4_h100", "llama2-7b", 8, 16, true},      {"gpt4_h20", "llama2-7b", 8, 32, true},
    {"gpt4_v100", "llama2-7b", 16, 32, true},     {"gpt4_a800", "llama2-13b", 16, 16, true},
    {"gpt4_h800", "mixtral-8x7b", 32, 32, true},  {"gpt4_h100", "llama2-13b", 8, 16, true},
};

}  // namespace

TEST_CASE("exhaustive simulation finds nothing better, and no bound lies above its simulation (slow)") {
  std::size_t simulated = 0;
  for (const Case& one : kCases) {
    CAPTURE(one.scenario, one.model, one.chips, one.batch, one.full_pipeline);
    const iteration::Job job = small(one.scenario, one.model, one.chips, one.batch);
    const SearchSpace space = few(job, one.full_pipeline);
    const std::vector<Found> all = plan::simulate_all(job, space);
    REQUIRE(all.size() > 10);
    simulated += all.size();
    const plan::SearchResult result = plan::search(job, space, {.simulations = 100'000});
    CHECK(result.gap == 0);
    CHECK(result.best.front().seconds == all.front().seconds);
    CHECK(result.counts.simulated < all.size());
    for (const Found& found : all) {
      CAPTURE(found.strategy.tp, found.strategy.pp, found.strategy.vpp, found.strategy.dp, found.strategy.cp,
              found.strategy.ep, found.strategy.etp, found.strategy.zero, found.strategy.micro_batch,
              static_cast<int>(found.strategy.schedule), static_cast<int>(found.strategy.recompute),
              found.strategy.overlap.ep, found.strategy.overlap.dp_gradients, found.strategy.overlap.pp);
      if (found.bound.total > found.seconds * (1 + 1e-9)) CHECK(found.bound.total <= found.seconds);
    }
  }
  CHECK(simulated > 2000);
}

namespace {

// Round figures, so that costs can be worked out by hand.
campaign::Economics round_prices(campaign::Economics::Mode mode) {
  const auto number = [](double value) { return Sourced<double>{value, Origin::assumed, "test", 0}; };
  campaign::Economics economics;
  economics.mode = mode;
  campaign::ChipPrice& chip = economics.chips["h100-sxm5-80gb"];
  chip.purchase.usual.value = Dollars(36525);
  chip.rent.usual.value = Dollars(3.6);
  economics.electricity.usual.value = Dollars(0.1);
  economics.lifetime_years = number(4);
  economics.resale = number(0.2);
  economics.power.compute = number(1.0);
  economics.power.memory = number(0.8);
  economics.power.waiting = number(0.5);
  economics.power.idle = number(0.1);
  economics.power.server = economics.power.server_idle = number(0);
  economics.power.pue = number(1.2);
  return economics;
}

}  // namespace

TEST_CASE("the cheapest strategy by dollars or energy is the cheapest of all, and no bound lies above its cost") {
  const iteration::Job job = small("gpt4_h100", "llama2-7b", 24, 48);
  const SearchSpace space = few(job, false);
  const campaign::Economics economics = round_prices(campaign::Economics::Mode::purchase);
  for (const plan::Goal goal : {plan::Goal::dollars, plan::Goal::energy}) {
    CAPTURE(static_cast<int>(goal));
    const plan::Objective objective = plan::objective_of(job, goal, economics);
    const std::vector<Found> all = plan::simulate_all(job, space, objective);
    REQUIRE(all.size() > 10);
    const plan::SearchResult result = plan::search(job, space, {.objective = objective, .simulations = 100'000});
    CHECK(result.gap == 0);
    CHECK(result.best.front().cost == all.front().cost);
    for (const Found& found : all) {
      const double least = objective.least(found.bound.total, found.strategy.ranks());
      if (least > found.cost * (1 + 1e-9)) CHECK(least <= found.cost);
      CHECK(objective.seconds_for(found.cost) >= found.seconds * (1 - 1e-9));
    }
  }
}

TEST_CASE("what a second costs: rent, or what machines lose and what their electricity costs") {
  using Mode = campaign::Economics::Mode;
  const iteration::Job job = small("gpt4_h100", "llama2-7b", 10, 50);
  const plan::Objective rent = plan::objective_of(job, plan::Goal::dollars, round_prices(Mode::rent));
  CHECK_THAT(rent.least(7, 8), Catch::Matchers::WithinRel(7 * 10 * 3.6 / 3600, 1e-12));
  // 36,525 x 0.8 dollars in 4 x 365.25 days; 8 chips wait at 350 W and 2 idle at 70 W, 1.2 x at the meter.
  const plan::Objective owned = plan::objective_of(job, plan::Goal::dollars, round_prices(Mode::purchase));
  const double joules = 1.2 * (8 * 350 + 2 * 70);
  CHECK_THAT(owned.least(7, 8), Catch::Matchers::WithinRel(7 * (10 * 20.0 / 86400 + joules * 0.1 / 3.6e6), 1e-9));
  const plan::Objective energy = plan::objective_of(job, plan::Goal::energy, round_prices(Mode::rent));
  CHECK_THAT(energy.least(7, 8), Catch::Matchers::WithinRel(7 * joules, 1e-9));
  CHECK_THROWS_AS(plan::objective_of(job, plan::Goal::dollars, {}), InputError);
}

TEST_CASE("a search that may simulate little says how much faster another strategy might be") {
  const iteration::Job job = small("gpt4_h100", "llama2-7b", 16, 32);
  const SearchSpace space = few(job, false);
  const plan::SearchResult brief = plan::search(job, space, {.simulations = 1, .top = 3});
  const plan::SearchResult whole = plan::search(job, space, {.simulations = 100'000});
  REQUIRE_FALSE(brief.best.empty());
  CHECK(brief.best.size() <= 3);
  CHECK(whole.best.front().seconds >= brief.best.front().seconds * (1 - brief.gap) * (1 - 1e-9));
  CHECK(whole.best.front().seconds <= brief.best.front().seconds);
}

TEST_CASE("what a neighbour's search found is simulated besides, not instead of the space's own") {
  iteration::Job job = small("gpt4_h100", "llama2-7b", 16, 32);
  job.strategy.tp = 8;
  job.strategy.dp = 2;
  job.strategy.recompute = parallel::Recompute::full;
  const SearchSpace space = few(job, false);
  const plan::SearchResult alone = plan::search(job, space, {.simulations = 8, .top = 1});
  plan::SearchOptions options{.simulations = 8, .top = 1};
  options.first.assign(20, job.strategy);
  const plan::SearchResult helped = plan::search(job, space, options);
  const plan::SearchResult own = plan::search(job, space, {.simulations = 0, .top = 1});
  REQUIRE_FALSE(own.best.empty());
  REQUIRE(alone.best.front().seconds < own.best.front().seconds);
  CHECK(helped.best.front().seconds == alone.best.front().seconds);
}

TEST_CASE("axes that are fixed keep the job's value, unknown ones are refused with the list") {
  iteration::Job job = small("gpt4_h100", "llama2-7b", 16, 32);
  job.strategy.tp = 4;
  CHECK(plan::search_space(job, {"tp"}).tp == std::vector<int>{4});
  CHECK(plan::search_space(job, {}).tp.size() > 1);
  CHECK_THROWS_AS(plan::search_space(job, {"tpp"}), InputError);
  const plan::SearchResult result = plan::search(job, plan::search_space(job, {"tp", "overlap"}), {.simulations = 8});
  for (const Found& found : result.best) CHECK(found.strategy.tp == 4);
}

TEST_CASE("layers are split as evenly as they can be, the ends fewer") {
  CHECK(plan::even_split(8, 4) == std::vector<int>{2, 2, 2, 2});
  CHECK(plan::even_split(10, 4) == std::vector<int>{2, 3, 3, 2});
  CHECK(plan::even_split(11, 4) == std::vector<int>{3, 3, 3, 2});
  CHECK(plan::even_split(3, 4).empty());
}
