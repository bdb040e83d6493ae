#include <functional>

#include "tests/iteration/jobs.hpp"
#include "tests/support/catch.hpp"

using sim::iteration::FleetEntry;
using sim::iteration::IterationResult;
using sim::iteration::Job;
using sim::test::job_of;
using sim::test::simulated;

namespace {

struct Change {
  const char* name;
  std::function<void(Job&)> make;
};

std::vector<Change> improvements() {
  return {{"twice the memory bandwidth", [](Job& job) { job.fleet[0].chip.memory_bandwidth->value *= 2; }},
          {"twice the peak",
           [](Job& job) {
             for (auto& [format, rate] : job.fleet[0].chip.peak) rate.value *= 2;
           }},
          {"twice the scale-up rate", [](Job& job) { job.fleet[0].link->usable_rate.value *= 2; }},
          {"twice the NIC rate", [](Job& job) { job.fleet[0].node.nic_rate.value *= 2; }},
          {"half the latencies",
           [](Job& job) {
             FleetEntry& entry = job.fleet[0];
             entry.node.scale_up_latency.value *= 0.5;
             entry.node.nic_latency.value *= 0.5;
             entry.link->ring_step.value *= 0.5;
             job.fabric.switch_latency.value *= 0.5;
             if (job.network) job.network->hop.value *= 0.5;
           }},
          {"half the host time", [](Job& job) { job.software.host_time_per_layer_pass.value *= 0.5; }}};
}

Job sample(const std::string& name) {
  if (name == "gpt4_h20") {
    return job_of(name, {"parallel.dp=16", "fleet.0.count=1920", "training.global_batch=480"});
  }
  return job_of(name);
}

}  // namespace

TEST_CASE("better hardware never makes an iteration slower") {
  const auto name = GENERATE(as<std::string>{}, "quickstart", "gpt3_175b_a100", "megatron_1t_a100", "gpt4_h20");
  const double before = simulated(sample(name)).seconds.value();
  for (const Change& change : improvements()) {
    Job job = sample(name);
    change.make(job);
    CAPTURE(name, change.name, before);
    CHECK(simulated(job).seconds.value() <= before * (1 + 1e-9));
  }
}

TEST_CASE("an iteration takes longer than its FLOP at peak and its bytes at full bandwidth") {
  const auto name = GENERATE(as<std::string>{}, "quickstart", "gpt3_175b_a100", "megatron_1t_a100", "llama31_405b_h100",
                             "gpt4_h20", "gpt4_v100", "gpt4_a100");
  const Job job = job_of(name);
  const IterationResult result = simulated(job);
  CAPTURE(name);
  CHECK(result.seconds > result.ideal_compute);
  // Each micro-batch reads the weights of its stage in the forward pass and again in the backward pass.
  const sim::Bytes weights = result.memory.front().weights * (2.0 * job.micro_batches());
  CHECK(result.seconds > weights / job.fleet[0].chip.memory_bandwidth->value);
}

TEST_CASE("every second of the pacing rank belongs to one stave") {
  const auto name =
      GENERATE(as<std::string>{}, "quickstart", "gpt3_175b_a100", "megatron_1t_a100", "llama31_405b_h100", "gpt4_h20");
  const IterationResult result = simulated(job_of(name));
  double sum = 0;
  for (const double part : result.pacing.staves) {
    CHECK(part >= -1e-9 * result.seconds.value());
    sum += part;
  }
  CHECK_THAT(sum, WithinRel(result.seconds.value(), 1e-9));
}
