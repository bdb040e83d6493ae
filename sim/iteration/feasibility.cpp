#include "sim/iteration/feasibility.hpp"

#include <algorithm>

#include "sim/base/error.hpp"
#include "sim/iteration/placement.hpp"

namespace sim::iteration {
namespace {

using parallel::Strategy;

constexpr std::int64_t kMostChips = 100'000'000;
constexpr std::int64_t kMostPasses = 2'000'000;  // forward passes of layers in one replica; each takes about 5 kB

std::string text(std::int64_t number) {
  return std::to_string(number);
}

[[noreturn]] void refuse_ranks(const Strategy& s, std::int64_t chips) {
  const double cell = double{1} * s.tp * s.pp * s.cp;
  const auto replicas = static_cast<std::int64_t>(static_cast<double>(chips) / cell);
  const std::string product = "tp x pp x dp x cp = " + text(s.tp) + " x " + text(s.pp) + " x " + text(s.dp) + " x " +
                              text(s.cp) + " is more than the " + text(chips) + " chips of the fleet";
  if (replicas > 0) throw infeasible("parallel.dp: " + product, "lower dp to " + text(replicas) + ", or add chips");
  throw infeasible("parallel: " + product, "lower tp, pp or cp, or add chips");
}

std::int64_t chips_of(const Job& job) {
  std::int64_t sum = 0;
  for (const FleetEntry& entry : job.fleet) sum += entry.count;
  return sum;
}

// Everything after this check may multiply degrees of parallelism in plain integers.
void check_sizes(const Job& job) {
  const Strategy& s = job.strategy;
  const std::int64_t chips = chips_of(job);
  if (chips > kMostChips) {
    throw infeasible("fleet: " + text(chips) + " chips are more than the simulator takes, " + text(kMostChips));
  }
  const double ranks = double{1} * s.tp * s.pp * s.dp * s.cp;
  if (ranks > static_cast<double>(kMostChips)) refuse_ranks(s, chips);
  const std::int64_t stages = std::int64_t{s.pp} * s.vpp;
  const std::int64_t most = std::max(job.model.layers + 2, static_cast<int>(s.stage_layers.size()));
  if (stages > most) {
    throw infeasible("parallel.pp: pp x vpp = " + text(stages) + " virtual stages for " + text(job.model.layers) +
                     " layers");
  }
}

void check_sequence_division(const Job& job) {
  const Strategy& s = job.strategy;
  const std::int64_t length = job.training.sequence_length;
  require_division("parallel.cp", length, "sequence_length", s.cp, "cp", nearby_divisors(length, s.cp));
  if (!s.sequence_parallel) return;
  require_division("training.sequence_length", length, "sequence_length", std::int64_t{s.cp} * s.tp, "cp x tp",
                   "sequence parallelism cuts each sequence over tp too");
}

// An all-to-all over cp cuts the heads that tp left.
void check_head_exchange(const Job& job) {
  const Strategy& s = job.strategy;
  const model::Transformer& m = job.model;
  if (s.context_exchange == model::ContextExchange::ring || s.cp == 1) return;
  const std::int64_t cut = std::int64_t{s.tp} * s.cp;
  require_division("parallel.cp_exchange", m.heads, "heads", cut, "tp x cp",
                   "all_to_all gives each rank heads of its own; ring has no such limit");
  if (m.latent || m.kv_heads % cut == 0 || cut % m.kv_heads == 0) return;
  throw infeasible("parallel.cp_exchange: " + text(m.kv_heads) + " key/value heads and tp x cp = " + text(cut) +
                       ": neither divides the other",
                   "use ring, or " + nearby_divisors(m.kv_heads, cut));
}

void check_model_division(const Job& job) {
  const Strategy& s = job.strategy;
  const model::Transformer& m = job.model;
  require_division("parallel.tp", m.heads, "heads", s.tp, "tp", nearby_divisors(m.heads, s.tp));
  if (!m.latent && m.kv_heads % s.tp != 0 && s.tp % m.kv_heads != 0) {
    throw infeasible(
        "parallel.tp: " + text(m.kv_heads) + " key/value heads and tp = " + text(s.tp) + ": neither divides the other",
        nearby_divisors(m.kv_heads, s.tp));
  }
  check_head_exchange(job);
  if (m.experts) {
    require_division("parallel.ep", m.experts->experts, "experts", s.ep, "ep",
                     nearby_divisors(m.experts->experts, s.ep));
    require_division("parallel.etp", m.experts->expert_ffn_hidden, "expert_ffn_hidden", s.etp, "etp", "");
  } else if (s.ep > 1) {
    throw infeasible("parallel.ep: the model has no experts, but ep = " + text(s.ep));
  } else if (s.etp > 1 && s.etp != s.tp) {
    throw infeasible("parallel.etp: the model has no experts, but etp = " + text(s.etp));
  } else if (s.expert_exchange != model::ExpertExchange::direct) {
    throw infeasible("parallel.ep_exchange: the model has no experts");
  }
  if (m.experts && s.tp > 1 && !s.sequence_parallel) {
    throw infeasible("parallel.sequence_parallel: experts with tp = " + text(s.tp) + " need sequence_parallel: true",
                     "as in Megatron-Core");
  }
  const std::int64_t shared = m.experts ? m.experts->shared_ffn_hidden : 0;
  require_division("parallel.tp", m.ffn_hidden, "ffn_hidden", s.tp, "tp", nearby_divisors(m.ffn_hidden, s.tp));
  require_division("parallel.tp", shared, "shared_ffn_hidden", s.tp, "tp", "");
}

void check_expert_groups(const Job& job) {
  const Strategy& s = job.strategy;
  if (!job.model.experts) return;
  require_division("parallel.ep", s.stage_ranks(), "tp x cp x dp", static_cast<std::int64_t>(s.ep) * s.etp, "ep x etp",
                   "expert groups are drawn from the tp x cp x dp ranks of a stage");
}

void check_batch(const Job& job) {
  const Strategy& s = job.strategy;
  if (job.division.micro_batches.empty()) {
    require_division("training.global_batch", job.training.global_batch, "global_batch",
                     static_cast<std::int64_t>(s.dp) * s.micro_batch, "dp x micro_batch",
                     "global_batch counts sequences per optimizer step");
  }
  const std::int64_t layers = std::max<std::int64_t>(job.model.layers, std::int64_t{s.pp} * s.vpp);
  if (layers * job.micro_batches() > kMostPasses) {
    throw infeasible("training.global_batch: " + text(job.micro_batches()) + " micro-batches a replica through " +
                         text(layers) + " layers are more passes than the simulator takes, " + text(kMostPasses),
                     "raise dp or micro_batch, or lower global_batch");
  }
  if (s.vpp > 1 && s.pp == 1) throw infeasible("parallel.vpp: vpp = " + text(s.vpp) + " needs pp > 1");
}

void check_state_sharding(const Job& job) {
  const Strategy& s = job.strategy;
  if (s.zero_group > 0) {
    if (s.zero == 0) throw infeasible("parallel.zero_group: it needs zero: 1, 2 or 3");
    require_division("parallel.zero_group", s.data_ranks(), "dp x cp", s.zero_group, "zero_group",
                     nearby_divisors(s.data_ranks(), s.zero_group));
    if (job.model.experts) {
      require_division("parallel.zero_group", s.expert_data_ranks(), "tp x cp x dp / (ep x etp)", s.instances(),
                       "dp x cp / zero_group", "every copy of the state needs a part of each expert's replicas");
    }
  }
  if (s.prefetch >= 0 && s.zero != 3) throw infeasible("parallel.prefetch: only zero: 3 gathers layer by layer");
  if (s.overlap.ep && s.zero >= 2) {
    throw infeasible("parallel.overlap.ep: passes of two micro-batches run together, but zero: " + text(s.zero) +
                         " exchanges after each of them",
                     "use zero: 1");
  }
  if (s.overlap.ep && s.ep == 1) {
    throw infeasible("parallel.overlap.ep: there are no exchanges of experts to hide", "it needs ep > 1");
  }
  using parallel::ScheduleKind;
  const bool alternates = s.schedule == ScheduleKind::one_f_one_b || s.schedule == ScheduleKind::interleaved ||
                          s.schedule == ScheduleKind::dualpipe || s.schedule == ScheduleKind::file || s.pp == 1;
  if (s.overlap.ep && !alternates) {
    throw infeasible("parallel.overlap.ep: in this schedule no whole backward pass follows a forward pass",
                     "use 1f1b, interleaved or dualpipe");
  }
  if (s.overlap.ep && s.offload.activations) {
    throw infeasible("parallel.overlap.ep: not together with offload.activations");
  }
}

void check_file_schedule(const Job& job) {
  if (!job.schedule) return;
  const parallel::Schedule& file = *job.schedule;
  const auto require = [](int found, const char* unit, int wanted, const char* key) {
    if (found == wanted) return;
    throw infeasible("parallel.schedule_file: it has " + text(found) + unit + ", " + key + " is " + text(wanted));
  };
  require(file.pp, " stages", job.strategy.pp, "pp");
  const bool is_mirrored = file.placement == parallel::Placement::mirrored;
  require(is_mirrored ? 1 : file.chunks, " chunks a stage", job.strategy.vpp, "vpp");
  require(file.micro_batches, " micro-batches", job.micro_batches(), "global_batch / (dp x micro_batch)");
}

void check_schedule_rules(const Job& job) {
  const Strategy& s = job.strategy;
  check_file_schedule(job);
  if (s.splits_backward() && s.recompute == parallel::Recompute::full) {
    throw infeasible(
        "parallel.recompute: full would keep what it rebuilds until the weight gradient, which this "
        "schedule runs later",
        "use selective or elementwise, or a schedule that does not split the backward pass");
  }
  const bool counts_layers = s.recompute_layers > 0 || !s.recompute_stages.empty();
  if (counts_layers && s.recompute == parallel::Recompute::none) {
    throw infeasible("parallel.recompute_layers: it needs recompute: selective, elementwise, alternate or full");
  }
  if (s.recompute_layers > 0 && !s.recompute_stages.empty()) {
    throw infeasible("parallel.recompute_stages: give either these or recompute_layers");
  }
  if (!s.recompute_stages.empty() && static_cast<int>(s.recompute_stages.size()) != s.virtual_stages()) {
    throw infeasible("parallel.recompute_stages: " + text(static_cast<std::int64_t>(s.recompute_stages.size())) +
                     " entries for pp x vpp = " + text(s.virtual_stages()) + " virtual stages");
  }
  if (s.copies() == 1) return;
  if (s.zero >= 2 || s.zero_group > 0) {
    throw infeasible(
        "parallel.zero: dualpipe holds every stage twice, which works with zero: 0 or 1 without zero_group");
  }
  if (s.overlap.dp_gradients) {
    throw infeasible("parallel.overlap.dp_gradients: dualpipe's two copies finish their gradients at different times",
                     "set overlap.dp_gradients: false");
  }
}

void check_fleet(const Job& job) {
  if (job.strategy.ranks() > job.chips()) refuse_ranks(job.strategy, job.chips());
  const FleetEntry& first = job.fleet.front();
  const bool is_joined = job.fabric.kind != topology::FabricKind::none;
  if (!is_joined && (job.fleet.size() > 1 || first.count > first.node.chips)) {
    throw infeasible("fleet.0.topology: " + text(job.chips()) + " chips in nodes of " + text(first.node.chips) +
                         ", but the topology has no fabric that joins nodes",
                     "name a topology with a fabric, or fill one node only");
  }
  const std::vector<int> used = used_chips(job);
  for (std::size_t index = 0; index < job.fleet.size(); ++index) {
    const FleetEntry& entry = job.fleet[index];
    if (used[index] == 0) continue;
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
      throw infeasible("fleet." + text(static_cast<std::int64_t>(index)) + ".chip: the memory of " + entry.chip.id +
                           " is unknown, so it cannot be simulated",
                       "describe the chip in a file of your own: `like: " + entry.chip.id +
                           "` with memory_capacity and memory_bandwidth");
    }
  }
}

}  // namespace

void require_division(const char* key, std::int64_t whole, const char* whole_name, std::int64_t parts,
                      const char* parts_name, const std::string& hint) {
  if (parts >= 1 && whole % parts == 0) return;
  throw infeasible(std::string(key) + ": " + whole_name + " = " + text(whole) + " does not divide by " + parts_name +
                       " = " + text(parts),
                   hint);
}

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

void check_open(const Job& job) {
  Job one = job;
  one.strategy.dp = std::max(1, job.strategy.dp);
  check_sizes(one);
  check_model_division(one);
}

void check_feasible(const Job& job) {
  check(!job.fleet.empty(), "a job needs a fleet");
  check_sizes(job);
  check_model_division(job);
  check_expert_groups(job);
  check_sequence_division(job);
  check_division(job);
  check_batch(job);
  check_state_sharding(job);
  check_schedule_rules(job);
  check_fleet(job);
  (void)job_schedule(job);
  (void)parallel::make_layout(job.strategy, job.model.layers);
}

}  // namespace sim::iteration
