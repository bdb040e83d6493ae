#include <cmath>

#include "sim/cost/kernel_time.hpp"
#include "sim/model/layer.hpp"
#include "tests/iteration/jobs.hpp"
#include "tests/support/catch.hpp"

using sim::Bytes;
using sim::iteration::Job;
using sim::test::job_of;
using sim::test::simulated;
namespace cost = sim::cost;
namespace model = sim::model;

namespace {

// One layer of Llama 2 7B with embedding and head, on one H100, 3 micro-batches of one sequence.
Job toy() {
  return job_of("quickstart", {"fleet.0.count=1", "parallel={}", "training.global_batch=3",
                               "model={layers: 1, hidden: 4096, heads: 32, ffn_hidden: 11008, gated: true, "
                               "vocabulary: 32000, context: 4096}"});
}

struct Passes {
  double forward = 0, backward = 0;
};

Passes passes_of(const cost::KernelPricing& pricing, const model::OperatorList& operators) {
  Passes sum;
  for (const model::Operator& op : operators) {
    const cost::PassTime time = cost::operator_time(pricing, op);
    sum.forward += time.forward.total().value();
    sum.backward += time.backward().total().value();
  }
  return sum;
}

// Device and host work side by side: the pass takes the 6-norm of both (docs/model.md, "Host").
double with_host(double device, double host) {
  return std::pow(std::pow(device, 6) + std::pow(host, 6), 1.0 / 6);
}

}  // namespace

TEST_CASE("one chip takes the sum of its kernels, the host's share and the optimizer") {
  const Job job = toy();
  const cost::KernelPricing pricing = pricing_of(job, job.fleet.front());
  const model::Sharding whole = sharding_of(job);
  const double host = job.software.host_time_per_layer_pass.value.value();
  const double accumulated = job.software.gradient_accumulation_bytes.value;
  const auto accumulation = [&](const model::RankParameters& held) {
    return cost::traffic_time(pricing, Bytes(held.dense * accumulated), 1).total().value();
  };
  struct Unit {
    Passes passes;
    model::RankParameters held;
    double host;
  };
  const Unit units[] = {
      {passes_of(pricing, embedding_operators(job.model, whole)), embedding_rank_parameters(job.model, whole), 0},
      {passes_of(pricing, layer_operators(job.model, whole, false, true)),
       layer_rank_parameters(job.model, whole, false), host},
      {passes_of(pricing, head_operators(job.model, whole)), head_rank_parameters(job.model, whole), 2.3 * host}};
  double seconds = 0, parameters = 0;
  for (const Unit& unit : units) {
    const double backward = unit.passes.backward + accumulation(unit.held);
    seconds += 3 * (with_host(unit.passes.forward, unit.host) + with_host(backward, unit.host));
    parameters += unit.held.dense;
  }
  REQUIRE(job.software.gradient_scale_bytes.value == 0);
  for (const double bytes : {job.software.gradient_norm_bytes.value, job.software.optimizer_bytes.value}) {
    seconds += cost::traffic_time(pricing, Bytes(parameters * bytes), 1).total().value();
  }
  seconds += job.software.fixed_time_per_iteration.value.value();
  // Spans are rounded to picoseconds one by one.
  CHECK_THAT(simulated(job).seconds.value(), WithinRel(seconds, 1e-8));
}

TEST_CASE("twice the micro-batches take twice the time, but for the optimizer") {
  const Job once = toy();
  Job twice = toy(), thrice = toy();
  twice.training.global_batch = 6;
  thrice.training.global_batch = 9;
  const double first = simulated(once).seconds.value();
  const double second = simulated(twice).seconds.value();
  const double third = simulated(thrice).seconds.value();
  CHECK_THAT(third - second, WithinRel(second - first, 1e-8));
  CHECK(second < 2 * first);
}
