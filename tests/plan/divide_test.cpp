#include "sim/plan/divide.hpp"

#include "tests/iteration/jobs.hpp"
#include "tests/support/catch.hpp"

using namespace sim;
using iteration::Division;

namespace {

iteration::FleetEntry entry_of(const std::string& scenario, int count) {
  iteration::FleetEntry entry = test::job_of(scenario).fleet.front();
  entry.count = count;
  return entry;
}

// A 7B model on H100 nodes, in four stages of two tensor ranks.
iteration::Job plain(int chips) {
  iteration::Job job = test::job_of(
      "gpt4_h100", {"model=llama2-7b", "parallel.tp=2", "parallel.pp=4", "parallel.vpp=1", "parallel.ep=1",
                    "parallel.etp=1", "parallel.dp=0", "parallel.recompute=none", "training.global_batch=96",
                    "training.sequence_length=4096", "fleet.0.count=" + std::to_string(chips)});
  job.division = {};
  return job;
}

// The same with A100 nodes beside them on the same fabric.
iteration::Job with_a100(int h100, int a100) {
  iteration::Job job = plain(h100);
  job.fleet.push_back(entry_of("gpt4_a100", a100));
  job.strategy.dp = 0;
  job.division.by = Division::By::automatic;
  return job;
}

double seconds_of(const iteration::Job& job) {
  return iteration::simulate(job, {.check_stability = false}).seconds.value();
}

}  // namespace

TEST_CASE("a fleet of two entries of equal chips equals the plain fleet exactly") {
  // Whole nodes as tensor groups: replicas by entry then lie as far apart as in Megatron's order.
  const auto with_tp = [](int tp) {
    iteration::Job job = plain(64);
    job.strategy.tp = tp;
    job.strategy.dp = 64 / 4 / tp;
    return job;
  };
  for (const int tp : {2, 8}) {
    const double whole = seconds_of(with_tp(tp));
    iteration::Job halves = with_tp(tp);
    halves.fleet = {entry_of("gpt4_h100", 32), entry_of("gpt4_h100", 32)};
    CAPTURE(tp);
    CHECK(seconds_of(halves) == whole);
    halves.division = {Division::By::stages, {2, 2}, {}};
    CHECK(seconds_of(halves) == whole);
    const int replicas = halves.strategy.dp / 2, each = 96 / halves.strategy.dp;
    halves.division = {Division::By::replicas, {replicas, replicas}, {}};
    if (tp == 8) CHECK(seconds_of(halves) == whole);
    halves.division.micro_batches = {each, each};
    if (tp == 8) CHECK(seconds_of(halves) == whole);
    halves.division = {Division::By::automatic, {}, {}};
    halves.strategy.dp = 0;
    CHECK(seconds_of(plan::divide(halves)) == whole);
  }
}

TEST_CASE("adding slower chips never slows the best division, and enough of them help") {
  const double alone = seconds_of(plain(16));
  double last = alone;
  for (const int a100 : {8, 16, 32}) {
    const double both = seconds_of(plan::divide(with_a100(16, a100)));
    CAPTURE(a100, alone, last, both);
    CHECK(both <= last);
    last = both;
  }
  CHECK(last < 0.8 * alone);
}

TEST_CASE("faster chips get more layers as stages, and more micro-batches as replicas") {
  iteration::Job job = with_a100(16, 16);
  job.division.by = Division::By::stages;
  const iteration::Job by_stages = plan::divide(job);
  REQUIRE(by_stages.division.shares.size() == 2);
  const std::vector<int>& layers = by_stages.strategy.stage_layers;
  if (by_stages.division.shares[0] > 0 && by_stages.division.shares[1] > 0) CHECK(layers[0] > layers[2]);
  job.division.by = Division::By::replicas;
  const iteration::Job by_replicas = plan::divide(job);
  CHECK(by_replicas.division.shares == std::vector<int>{2, 2});
  CHECK(by_replicas.division.micro_batches[0] > by_replicas.division.micro_batches[1]);
}

TEST_CASE("folded equals unfolded on mixed fleets, however they are divided") {
  for (const auto by : {Division::By::stages, Division::By::replicas}) {
    iteration::Job job = with_a100(16, 24);
    job.division.by = by;
    const iteration::Job divided = plan::divide(job);
    const iteration::IterationResult folded = test::simulated(divided), full = test::simulated(divided, false);
    CAPTURE(static_cast<int>(by));
    CHECK(folded.finish == full.finish);
    CHECK(folded.simulation.cells < full.simulation.cells);
  }
}

TEST_CASE("islands of different fabrics are divided like one machine, and the slow entry sets the pace") {
  const iteration::Job job = plan::divide(test::job_of("gpt3_a800_910b"));
  const iteration::IterationResult result = test::simulated(job);
  int shares = 0;
  for (const int share : job.division.shares) shares += share;
  CHECK(shares == (job.division.by == Division::By::stages ? job.strategy.pp : job.strategy.dp));
  CHECK(result.pacing.entry < job.fleet.size());
}

TEST_CASE("entries that cannot take part are left out: too few chips, or a format that they lack") {
  for (const char* change : {"fleet.1.count=4", "fleet.1.count=64"}) {
    const iteration::Job job = plan::divide(test::job_of("gpt4_h100_a100", {change, "fleet.0.count=3840"}));
    CAPTURE(change);
    CHECK(job.division.shares[1] == 0);
    CHECK(test::simulated(job).pacing.entry == 0);
  }
  const iteration::Job job = plan::divide(
      test::job_of("gpt4_h100_a100", {"fleet.1.chip=V100-SXM2-32GB", "fleet.1.topology=dgx1_v100_fat_tree_edr100"}));
  CHECK(job.division.shares[1] == 0);  // no bf16
}

TEST_CASE("replicas that work run micro-batches") {
  iteration::Job job = with_a100(16, 16);
  job.strategy.dp = 4;
  job.division = {Division::By::replicas, {2, 2}, {48, 0}};
  CHECK_THROWS_AS(check_feasible(job), InputError);
  job.division.micro_batches = {24, 24};
  CHECK_NOTHROW(check_feasible(job));
}
