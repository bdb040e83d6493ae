#include "sim/plan/campaign_plan.hpp"

#include "sim/base/error.hpp"
#include "sim/config/catalog.hpp"
#include "sim/config/scenario.hpp"
#include "tests/iteration/jobs.hpp"
#include "tests/support/catch.hpp"

using namespace sim;

namespace {

campaign::Moment date(int year, unsigned month, unsigned day) {
  return std::chrono::sys_days(
      std::chrono::year_month_day(std::chrono::year(year), std::chrono::month(month), std::chrono::day(day)));
}

// A 7B model on eight H100 nodes: eight replicas of one node.
iteration::Job small_job() {
  return test::job_of("gpt4_h100",
                      {"model=llama2-7b", "parallel.tp=8", "parallel.pp=1", "parallel.vpp=1", "parallel.ep=1",
                       "parallel.etp=1", "parallel.dp=8", "parallel.recompute=none", "training.global_batch=64",
                       "training.sequence_length=4096", "training.tokens=1e9", "fleet.0.count=64"});
}

campaign::Inputs plain_inputs() {
  campaign::Inputs inputs;
  inputs.arrivals.resize(1);
  inputs.reliability = config::load_reliability("none");
  inputs.storage = config::usual_storage();
  return inputs;
}

plan::PricedCampaign priced(const iteration::Job& job, const campaign::Inputs& inputs) {
  return plan::campaign_plan(job, job, iteration::simulate(job, {.check_stability = false}), inputs);
}

}  // namespace

TEST_CASE("monthly deliveries fall on the day of the month, or on the last of a shorter one") {
  iteration::Job job = small_job();
  const std::vector<plan::FleetState> states = plan::fleet_states(job, {{date(2024, 1, 31), 20}}, std::nullopt);
  REQUIRE(states.size() == 4);  // 20 + 20 + 20 + 4
  CHECK(states[0].from == date(2024, 1, 31));
  CHECK(states[1].from == date(2024, 2, 29));  // a leap year
  CHECK(states[2].from == date(2024, 3, 31));
  CHECK(states[3].from == date(2024, 4, 30));
  CHECK(states[0].chips == std::vector{20});
  CHECK(states[3].chips == std::vector{64});
  CHECK_THROWS_AS(plan::fleet_states(test::job_of("gpt4_h100"), {{date(2024, 1, 1), 80}}, std::nullopt), InputError);
}

TEST_CASE("an entry without a date among dated ones needs the start of the run") {
  iteration::Job job = small_job();
  job.fleet.push_back(job.fleet.front());
  const std::vector<campaign::Arrival> arrivals{{std::nullopt, 0}, {date(2024, 5, 1), 0}};
  CHECK_THROWS_AS(plan::fleet_states(job, arrivals, std::nullopt), InputError);
  const auto states = plan::fleet_states(job, arrivals, date(2024, 2, 1));
  REQUIRE(states.size() == 2);
  CHECK(states[0].from == date(2024, 2, 1));
  CHECK(states[0].chips == std::vector{64, 0});
}

TEST_CASE("a growing fleet runs with the replicas that have room, and the busiest sets the pace") {
  campaign::Inputs inputs = plain_inputs();
  inputs.arrivals = {{date(2024, 1, 1), 24}};  // 3 nodes, 6 nodes, 8 nodes
  const plan::PricedCampaign growing = priced(small_job(), inputs);
  REQUIRE(growing.levels.size() == 3);
  CHECK(growing.levels[0].level.job.strategy.dp == 3);
  CHECK(growing.levels[0].level.nodes == std::vector{3});
  CHECK(growing.levels[0].level.job.training.global_batch == 66);  // 64 over 3 is 22 at most
  CHECK(growing.levels[1].level.job.strategy.dp == 6);
  CHECK(growing.levels[1].level.job.training.global_batch == 66);
  CHECK(growing.levels[2].level.job.training.global_batch == 64);
  CHECK(growing.levels[0].result.seconds > growing.levels[1].result.seconds);
  CHECK(growing.levels[1].result.seconds > growing.levels[2].result.seconds);
  int nodes = 0;
  for (const campaign::Delivery& delivery : growing.plan.deliveries) nodes += delivery.nodes;
  CHECK(nodes == 8);
}

TEST_CASE("smaller fleets keep expert groups whole") {
  const iteration::Job job = test::job_of("gpt4_h100", {"fleet.0.count=3840", "parallel.dp=32"});
  const std::vector<plan::FleetLevel> levels =
      plan::fleet_levels(job, job, {{campaign::Moment{}, {2500}}, {date(2024, 1, 1), {3840}}}, false);
  REQUIRE(levels.size() == 2);
  CHECK(levels[0].job.strategy.dp == 16);  // 20 have room; 16 experts of 8 chips take tp 8 x dp 16
}

TEST_CASE("a shrinking fleet has up to four smaller sizes") {
  campaign::Inputs inputs = plain_inputs();
  inputs.reliability.shrink = true;
  const plan::PricedCampaign shrinking = priced(small_job(), inputs);
  std::vector<int> replicas;
  for (const plan::PricedLevel& level : shrinking.levels) replicas.push_back(level.level.job.strategy.dp);
  // 7 and 6 and 5 replicas need 10, 11 and 13 micro-batches, 4 need 16; all are slower the fewer they are.
  CHECK(replicas == std::vector{4, 5, 6, 7, 8});
}

TEST_CASE("phases take their tokens first, each with its own step time") {
  campaign::Inputs inputs = plain_inputs();
  inputs.phases = {{1e8, 32, 0}, {1e8, 0, 8192}};
  const iteration::Job job = small_job();
  const campaign::Plan plan = priced(job, inputs).plan;
  REQUIRE(plan.phases.size() == 3);
  CHECK(plan.phases[0].steps == 763);  // 1e8 / (32 x 4096) = 762.9
  CHECK(plan.phases[1].steps == 191);  // 1e8 / (64 x 8192) = 190.7
  // What is left: 1e9 - 763 x 131072 - 191 x 524288 = 799.85e6; over 64 x 4096: 3051.2
  CHECK(plan.phases[2].steps == 3052);
  CHECK(plan.phases[0].step_seconds[0] < plan.phases[2].step_seconds[0]);
  CHECK(plan.phases[1].step_seconds[0] > plan.phases[2].step_seconds[0]);
  inputs.phases = {{1e9, 0, 0}};
  CHECK_THROWS_AS(priced(job, inputs), InputError);
  inputs.phases = {{1e8, 12, 0}};  // eight replicas do not share 12 sequences
  CHECK_THROWS_AS(priced(job, inputs), InputError);
}

TEST_CASE("parts of chips, nodes and fleets fail as often as there are of them") {
  campaign::Inputs inputs = plain_inputs();
  campaign::Part part;
  part.between_failures.value = Seconds(1000);
  part.per = campaign::Part::Per::chip;
  inputs.reliability.parts = {part, part, part};
  inputs.reliability.parts[1].per = campaign::Part::Per::node;
  inputs.reliability.parts[2].per = campaign::Part::Per::fleet;
  inputs.reliability.rate_factor = 2;
  const campaign::Plan plan = priced(small_job(), inputs).plan;
  REQUIRE(plan.components.size() == 3);
  CHECK(plan.components[0].per_node == 8);
  CHECK(plan.components[1].per_node == 1);
  CHECK(plan.components[2].per_node == 1.0 / 8);
  CHECK(plan.components[0].mean_life == Seconds(500));
  inputs.reliability.rate_factor = 0;
  CHECK(priced(small_job(), inputs).plan.components.empty());
}

TEST_CASE("spares that the fleet lacks stand beside it") {
  campaign::Inputs inputs = plain_inputs();
  inputs.reliability.spare_share.value = 0.25;
  plan::PricedCampaign full = priced(small_job(), inputs);
  CHECK(full.added_spares == std::vector{2});
  CHECK(full.plan.deliveries.front().nodes == 10);
  iteration::Job roomy = small_job();
  roomy.fleet.front().count = 72;  // one spare node of its own
  CHECK(priced(roomy, inputs).added_spares == std::vector{1});
}

TEST_CASE("a checkpoint is weights and optimizer once, and takes storage its time") {
  const iteration::Job job = small_job();
  const double parameters = model::parameters(job.model).total();
  CHECK_THAT(plan::checkpoint_bytes(job).value(), WithinRel(14 * parameters, 1e-12));  // bf16, fp32 master, two moments
  campaign::Inputs inputs = plain_inputs();
  const campaign::CheckpointTier kept = priced(job, inputs).plan.tiers.back();
  CHECK_THAT(kept.stall.value(), WithinRel(14 * parameters / (64 * 5e9), 1e-9));
  CHECK_THAT(kept.write.value(), WithinRel(14 * parameters / (8 * 1e9), 1e-9));
  inputs.storage.asynchronous = false;
  inputs.storage.total_rate.value = gigabytes_per_second(4);
  const campaign::CheckpointTier synchronous = priced(job, inputs).plan.tiers.back();
  CHECK_THAT(synchronous.stall.value(), WithinRel(14 * parameters / 4e9, 1e-9));
  CHECK(synchronous.write.value() == 0);
}
