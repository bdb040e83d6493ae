#include "tests/iteration/jobs.hpp"
#include "tests/support/catch.hpp"

using sim::iteration::IterationResult;
using sim::iteration::Job;
using sim::test::job_of;
using sim::test::simulated;

namespace {

// Every rank ends at the same picosecond, whether it was simulated itself or by another of its kind.
void check_same(const Job& job, std::size_t ranks) {
  const IterationResult folded = simulated(job, true);
  const IterationResult full = simulated(job, false);
  REQUIRE(full.finish.size() == ranks);
  CHECK(full.finish == folded.finish);
  CHECK(full.seconds == folded.seconds);
  CHECK(full.simulation.cells == ranks);
  CHECK(folded.simulation.cells <= ranks);
}

// The 7B model of the first example on several nodes of eight H100.
Job nodes(int chips, std::vector<std::string> overrides) {
  overrides.push_back("fleet.0.count=" + std::to_string(chips));
  overrides.push_back("fleet.0.topology=dgx_h100_rail_ndr400");
  return job_of("quickstart", overrides);
}

Job gpt4_of_1920() {
  return job_of("gpt4_h20", {"parallel.dp=16", "fleet.0.count=1920", "training.global_batch=480"});
}

Job llama_of_2048() {
  return job_of("llama31_405b_h100", {"parallel.dp=16", "fleet.0.count=2048", "training.global_batch=256"});
}

}  // namespace

TEST_CASE("folding is exact: GPT-4 layout, 1,920 ranks") {
  check_same(gpt4_of_1920(), 1920);
}

TEST_CASE("folding is exact: GPT-3 on 1,024 A100") {
  check_same(job_of("gpt3_175b_a100"), 1024);
}

TEST_CASE("folding is exact: Llama 3.1 405B, 2,048 ranks") {
  check_same(llama_of_2048(), 2048);
}

TEST_CASE("folding is exact: ZeRO-3 on 64 chips") {
  check_same(nodes(64, {"parallel={zero: 3, dp: 64}", "training.global_batch=128"}), 64);
}

TEST_CASE("folding is exact: a pod that is a quarter full") {
  check_same(nodes(320, {"parallel.dp=160", "training.global_batch=320"}), 320);
}

TEST_CASE("folding is exact: an oversubscribed fabric") {
  Job job =
      nodes(320, {"parallel.tp=1", "parallel.dp=320", "parallel.sequence_parallel=false", "training.global_batch=640"});
  job.fabric.oversubscription = 3;
  job.fabric.core_oversubscription = 4;
  check_same(job, 320);
}

TEST_CASE("folding is exact: the mesh of the DGX-1V") {
  check_same(job_of("quickstart", {"model=gpt2-1.5b", "fleet.0.chip=V100-SXM2-32GB", "fleet.0.count=64",
                                   "fleet.0.topology=dgx1_v100_fat_tree_edr100", "training.precision=fp16",
                                   "training.sequence_length=1024", "training.global_batch=128",
                                   "software=megatron-2021", "parallel={tp: 1, pp: 4, dp: 16, zero: 1}"}),
             64);
}

TEST_CASE("folding is exact: a torus") {
  Job job = job_of("quickstart", {"fleet.0.chip=TPUv4", "fleet.0.count=4096", "fleet.0.topology=tpu_v4_torus",
                                  "training.global_batch=4096", "software=maxtext-2023",
                                  "parallel={tp: 4, sequence_parallel: true, zero: 1}"});
  job.fleet[0].node.chips = job.fleet[0].count = 64;
  job.fleet[0].node.dimensions = {4, 4, 4};
  job.strategy.dp = 16;
  job.training.global_batch = 64;
  check_same(job, 64);
}

TEST_CASE("folding is exact: experts across tensor-parallel ranks") {
  check_same(nodes(64, {"model=mixtral-8x7b", "training.global_batch=64",
                        "parallel={tp: 2, pp: 4, dp: 8, ep: 8, etp: 1, zero: 1, sequence_parallel: true}"}),
             64);
}

TEST_CASE("folding is exact: interleaved stages with a remainder of micro-batches") {
  // 16 chips / (tp 2 x pp 4) = 2 replicas of 6 micro-batches each, in groups of 4.
  check_same(nodes(16, {"training.global_batch=12",
                        "parallel={tp: 2, pp: 4, vpp: 2, dp: 2, zero: 1, sequence_parallel: true}"}),
             16);
}

TEST_CASE("2,048 ranks simulated one by one end at the same picoseconds on two runs") {
  const Job job = llama_of_2048();
  const IterationResult first = simulated(job, false);
  const IterationResult second = simulated(job, false);
  CHECK(first.simulation.cells == 2048);
  CHECK(first.finish == second.finish);
}
