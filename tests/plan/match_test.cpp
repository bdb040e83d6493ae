#include "sim/plan/match.hpp"

#include "sim/plan/replan.hpp"
#include "tests/iteration/jobs.hpp"
#include "tests/support/catch.hpp"

using namespace sim;

namespace {

iteration::Job small(const std::string& scenario, int chips) {
  return test::job_of(scenario,
                      {"model=llama2-7b", "parallel={tp: 1, pp: 1, dp: 0, zero: 1}", "training.global_batch=64",
                       "training.sequence_length=2048", "fleet.0.count=" + std::to_string(chips)});
}

// Everything but replicas and pipeline as it is, so that a search is short.
const std::set<std::string> kMost{"cp", "ep", "etp", "vpp", "micro_batch", "recompute", "schedule", "overlap", "zero"};

}  // namespace

TEST_CASE("a fleet matches itself with as many chips") {
  const iteration::Job job = small("gpt4_h100", 32);
  const plan::Match match = plan::match(job, job, {.fixed = kMost});
  CHECK(match.chips == 32);
  CHECK(match.ideal_days == match.wanted_days);
}

TEST_CASE("fewer nodes than the match are slower, and the match is at least as fast") {
  const plan::Match match = plan::match(small("gpt4_h20", 8), small("gpt4_h100", 16), {.fixed = kMost});
  REQUIRE(match.chips > 16);  // an H20 has 15 % of an H100's peak
  CHECK(match.chips % 8 == 0);
  CHECK(match.ideal_days <= match.wanted_days);
  for (const plan::SizeTried& tried : match.tried) {
    CAPTURE(tried.chips);
    if (tried.chips < match.chips) CHECK(tried.ideal_days > match.wanted_days);
  }
}

TEST_CASE("by dollars or power the size is what prices and power say, and a fleet equals itself") {
  const iteration::Job h20 = small("gpt4_h20", 8), h100 = small("gpt4_h100", 16);
  campaign::Economics economics;
  economics.chips["h20-sxm-96gb"].rent.usual.value = Dollars(2);
  economics.chips["h100-sxm5-80gb"].rent.usual.value = Dollars(3);
  economics.mode = campaign::Economics::Mode::rent;
  economics.power.compute.value = 1;
  CHECK_THAT(plan::chips_for_same(plan::By::dollars, h20, economics, h100, economics),
             Catch::Matchers::WithinRel(24.0, 1e-12));  // 16 x 3 / 2
  CHECK_THAT(plan::chips_for_same(plan::By::power, h20, economics, h100, economics),
             Catch::Matchers::WithinRel(16 * 700.0 / 400, 1e-12));  // design power, W
  const plan::Match match = plan::match(h20, h100, {.fixed = kMost, .by = plan::By::dollars, .size = 24});
  CHECK(match.chips == 24);
  CHECK(match.tried.size() == 1);
  CHECK(match.ideal_days > match.wanted_days);  // a third of the peak in all
}

TEST_CASE("equivalents are ratios of rates") {
  const plan::Equivalents same = plan::equivalents(small("gpt4_h20", 8), small("gpt4_h100", 16));
  CHECK_THAT(same.peak_flops / 16, Catch::Matchers::WithinRel(989.4 / 148, 0.01));     // dense bf16, TFLOPS
  CHECK_THAT(same.memory_bandwidth / 16, Catch::Matchers::WithinRel(3.35 / 4, 0.01));  // TB/s
  CHECK(same.scale_up == 16);  // both have 18 NVLinks of the fourth generation
}

TEST_CASE("a fleet that can never be fast enough has no match, one that cannot run at all is infeasible") {
  plan::MatchOptions options{.fixed = kMost};
  options.most_chips = 16;
  CHECK(plan::match(small("gpt4_v100", 8), small("gpt4_h100", 64), options).chips == 0);
  iteration::Job tiny = small("gpt4_h100", 8);
  tiny.fleet.front().chip.memory_capacity->value = Bytes(1e9);
  CHECK_THROWS_AS(plan::match(small("gpt4_h100", 8), tiny, options), InputError);
}

TEST_CASE("more memory never makes the best strategy slower") {
  iteration::Job job = small("gpt4_h100", 16);
  job.fleet.front().chip.memory_capacity->value = Bytes(24e9);
  const plan::MemoryGain gain = plan::memory_gain(job, {"cp", "vpp", "schedule", "overlap"}, 10'000);
  REQUIRE_FALSE(gain.as_is.best.empty());
  CHECK(gain.as_is.gap == 0);
  CHECK(gain.gain() > 0);  // 24 GB force more sharding or recompute than 48 GB
}
