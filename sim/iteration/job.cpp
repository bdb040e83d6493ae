#include "sim/iteration/job.hpp"

#include <algorithm>
#include <cmath>

#include "sim/base/error.hpp"

namespace sim::iteration {
namespace {

using parallel::Strategy;

std::string text(std::int64_t number) { return std::to_string(number); }

void require_division(const char* key, std::int64_t whole, const char* whole_name, std::int64_t parts,
                      const char* parts_name, const std::string& hint) {
  if (parts >= 1 && whole % parts == 0) return;
  throw infeasible(std::string(key) + ": " + whole_name + " = " + text(whole) + " does not divide by " + parts_name +
                       " = " + text(parts),
                   hint);
}

// Divisors near the wish are the changes that an engineer would try first.
std::string nearby_divisors(std::int64_t whole, std::int64_t wish) {
  std::int64_t below = 0, above = 0;
  for (std::int64_t candidate = 1; candidate <= whole; ++candidate) {
    if (whole % candidate != 0) continue;
    if (candidate <= wish) below = candidate;
    if (candidate > wish && above == 0) above = candidate;
  }
  std::string list = below > 0 ? text(below) : "";
  if (above > 0) list += (list.empty() ? "" : " or ") + text(above);
  return "the nearest that divide are " + list;
}

void check_model_division(const Job& job) {
  const Strategy& s = job.strategy;
  const model::Transformer& m = job.model;
  require_division("parallel.tp", m.heads, "heads", s.tp, "tp", nearby_divisors(m.heads, s.tp));
  if (!m.latent && m.kv_heads % s.tp != 0 && s.tp % m.kv_heads != 0) {
    throw infeasible("parallel.tp: " + text(m.kv_heads) + " key/value heads and tp = " + text(s.tp) +
                     ": neither divides the other");
  }
  if (m.experts) {
    require_division("parallel.ep", m.experts->experts, "experts", s.ep, "ep",
                     nearby_divisors(m.experts->experts, s.ep));
    require_division("parallel.ep", s.stage_ranks(), "tp x cp x dp", static_cast<std::int64_t>(s.ep) * s.etp,
                     "ep x etp", "expert groups are drawn from the tp x cp x dp ranks of a stage");
    require_division("parallel.etp", m.experts->expert_ffn_hidden, "expert_ffn_hidden", s.etp, "etp", "");
  } else if (s.ep > 1) {
    throw infeasible("parallel.ep: the model has no experts, but ep = " + text(s.ep));
  }
  if (m.experts && s.tp > 1 && !s.sequence_parallel) {
    throw infeasible("parallel.sequence_parallel: experts with tp = " + text(s.tp) + " need sequence_parallel: true",
                     "as in Megatron-Core");
  }
  require_division("parallel.cp", job.training.sequence_length, "sequence_length", s.cp, "cp", "");
}

void check_batch(const Job& job) {
  const Strategy& s = job.strategy;
  require_division("training.global_batch", job.training.global_batch, "global_batch",
                   static_cast<std::int64_t>(s.dp) * s.micro_batch, "dp x micro_batch",
                   "global_batch counts sequences per optimizer step");
  if (s.vpp > 1 && s.schedule != parallel::ScheduleKind::interleaved) {
    throw infeasible("parallel.vpp: vpp = " + text(s.vpp) + " needs schedule: interleaved");
  }
  if (s.vpp > 1 && s.pp == 1) throw infeasible("parallel.vpp: vpp = " + text(s.vpp) + " needs pp > 1");
}

void check_fleet(const Job& job) {
  if (job.strategy.ranks() > job.chips()) {
    const Strategy& s = job.strategy;
    throw infeasible("parallel: tp x pp x dp x cp = " + text(s.tp) + " x " + text(s.pp) + " x " + text(s.dp) + " x " +
                         text(s.cp) + " = " + text(s.ranks()) + " ranks, but the fleet has " + text(job.chips()) +
                         " chips",
                     "lower dp to " + text(job.chips() / (s.tp * s.pp * s.cp)) + " or add chips");
  }
  for (const FleetEntry& entry : job.fleet) {
    const bool has_format = entry.chip.peak.count(job.training.precision) > 0;
    if (!has_format) {
      std::string formats;
      for (const auto& [format, rate] : entry.chip.peak) {
        formats += (formats.empty() ? "" : ", ") + std::string(hardware::name(format));
      }
      throw infeasible("training.precision: " + entry.chip.id + " has no " +
                           std::string(hardware::name(job.training.precision)) + " matrix units",
                       "it has " + formats);
    }
    if (!entry.chip.memory_capacity || !entry.chip.memory_bandwidth) {
      throw infeasible("fleet: the memory of " + entry.chip.id + " is unknown, so it cannot be simulated");
    }
  }
}

std::string gigabytes(Bytes bytes) { return text(std::llround(bytes.value() / 1e9)) + " GB"; }

std::string remedies(const Job& job) {
  const Strategy& s = job.strategy;
  std::string list;
  const auto add = [&list](const std::string& one) { list += (list.empty() ? "" : ", ") + one; };
  if (s.recompute == parallel::Recompute::none) add("recompute: selective or full");
  if (s.recompute == parallel::Recompute::selective) add("recompute: full");
  if (s.zero == 0 && s.dp > 1) add("zero: 1");
  if (s.micro_batch > 1) add("micro_batch: 1");
  if (s.tp < 8 && job.model.heads % (2 * s.tp) == 0) add("tp: " + text(2 * s.tp));
  if (job.model.layers % (2 * s.pp) == 0) add("pp: " + text(2 * s.pp));
  if (job.model.experts && job.model.experts->experts % (2 * s.ep) == 0) add("ep: " + text(2 * s.ep));
  return list.empty() ? "use chips with more memory" : "try " + list;
}

}  // namespace

void check_feasible(const Job& job) {
  check(!job.fleet.empty(), "a job needs a fleet");
  check_model_division(job);
  check_batch(job);
  check_fleet(job);
  (void)parallel::make_layout(job.strategy, job.model.layers);
}

model::Sharding sharding_of(const Job& job) {
  const Strategy& s = job.strategy;
  return {s.tp, s.cp, s.ep, s.etp, s.sequence_parallel, s.micro_batch, job.training.sequence_length, 2.0};
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

std::vector<parallel::StageMemory> job_memory(const Job& job) {
  const Strategy& s = job.strategy;
  bool fused = true;
  for (const FleetEntry& entry : job.fleet) fused = fused && cost::fused_attention(pricing_of(job, entry));
  return parallel::memory_by_stage(job.model, sharding_of(job), s, parallel::make_layout(s, job.model.layers),
                                   parallel::make_schedule(s.schedule, s.pp, s.vpp, job.micro_batches()),
                                   job.training.state, fused);
}

void check_memory(const Job& job, const std::vector<parallel::StageMemory>& stages) {
  Bytes capacity{1e30};
  for (const FleetEntry& entry : job.fleet) capacity = std::min(capacity, entry.chip.memory_capacity->value);
  const auto worst = std::max_element(stages.begin(), stages.end(),
                                      [](const auto& a, const auto& b) { return a.total() < b.total(); });
  if (worst->total() <= capacity) return;
  throw infeasible("memory: stage " + text(worst->stage) + " needs " + gigabytes(worst->total()) + ", a chip has " +
                       gigabytes(capacity) + " (weights " + gigabytes(worst->weights) + ", gradients " +
                       gigabytes(worst->gradients) + ", optimizer " + gigabytes(worst->optimizer) + ", activations " +
                       gigabytes(worst->activations) + ", workspace " + gigabytes(worst->workspace) + ", runtime " +
                       gigabytes(worst->overhead) + ")",
                   remedies(job));
}

}  // namespace sim::iteration
