#include "sim/iteration/job.hpp"

#include "sim/iteration/placement.hpp"
#include "sim/program/chunk_price.hpp"

namespace sim::iteration {

using parallel::Strategy;

model::Sharding sharding_of(const Job& job) {
  const Strategy& s = job.strategy;
  return {s.tp,
          s.cp,
          s.ep,
          s.etp,
          s.sequence_parallel,
          s.micro_batch,
          job.training.sequence_length,
          hardware::bits(job.training.precision) >= 32 ? 4.0 : 2.0,
          s.context_exchange,
          s.expert_exchange,
          s.fp8_dispatch,
          job.training.document_length};
}

cost::KernelPricing pricing_of(const Job& job, const FleetEntry& entry) {
  cost::KernelPricing pricing;
  pricing.chip = &entry.chip;
  pricing.constants = &entry.kernels;
  pricing.software = &job.software;
  pricing.format = job.training.precision;
  const bool is_narrow = hardware::bits(job.training.precision) < 16;
  pricing.wide_format = is_narrow ? hardware::Format::bf16 : job.training.precision;
  return pricing;
}

parallel::Schedule job_schedule(const Job& job, std::size_t entry) {
  const Strategy& s = job.strategy;
  if (job.schedule) return *job.schedule;
  const int micro_batches = job.micro_batches(entry);
  const bool is_automatic = s.schedule == parallel::ScheduleKind::zb_1p || s.schedule == parallel::ScheduleKind::zb_2p;
  if (!is_automatic || s.pp == 1) {
    return parallel::make_schedule(s.schedule, s.pp, s.vpp, micro_batches, {}, s.overlap.ep);
  }
  program::IterationPlan plan;
  plan.model = job.model;
  plan.sharding = sharding_of(job);
  plan.strategy = s;
  plan.layout = parallel::make_layout(s, job.model.layers);
  const auto free_exchange = [](program::Slot, cost::Collective, Bytes) { return Seconds(0); };
  std::vector<parallel::PassTimes> times;
  for (int stage = 0; stage < s.pp; ++stage) {
    const bool is_by_replicas = job.division.by == Division::By::replicas;
    const FleetEntry& chips = job.fleet[is_by_replicas ? entry : entry_of_stage(job, stage)];
    const auto prices = program::price_chunks(plan, {pricing_of(job, chips), s, free_exchange});
    times.push_back(program::pass_times(prices)[static_cast<std::size_t>(stage)]);
  }
  return parallel::make_schedule(s.schedule, s.pp, s.vpp, micro_batches, times);
}

}  // namespace sim::iteration
