#include "sim/iteration/job.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <utility>

#include "sim/base/error.hpp"
#include "sim/iteration/placement.hpp"
#include "sim/program/chunk_price.hpp"

namespace sim::iteration {
namespace {

using parallel::Strategy;

constexpr std::int64_t kMostChips = 100'000'000;
constexpr std::int64_t kMostStageTasks = 10'000'000;  // forward passes of one replica; a schedule lists each

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
  const std::int64_t shared = m.experts ? m.experts->shared_ffn_hidden : 0;
  require_division("parallel.tp", m.ffn_hidden, "ffn_hidden", s.tp, "tp", nearby_divisors(m.ffn_hidden, s.tp));
  require_division("parallel.tp", shared, "shared_ffn_hidden", s.tp, "tp", "");
}

void check_batch(const Job& job) {
  const Strategy& s = job.strategy;
  if (job.division.micro_batches.empty()) {
    require_division("training.global_batch", job.training.global_batch, "global_batch",
                     static_cast<std::int64_t>(s.dp) * s.micro_batch, "dp x micro_batch",
                     "global_batch counts sequences per optimizer step");
  }
  const std::int64_t tasks = std::int64_t{s.pp} * s.vpp * job.micro_batches();
  if (tasks > kMostStageTasks) {
    throw infeasible("training.global_batch: " + text(job.micro_batches()) + " micro-batches a replica in " +
                         text(std::int64_t{s.pp} * s.vpp) + " stages are more than the simulator takes, " +
                         text(kMostStageTasks) + " in all",
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
  if (s.prefetch != 1 && s.zero != 3) throw infeasible("parallel.prefetch: only zero: 3 gathers layer by layer");
  if (s.overlap.ep && s.zero == 3) {
    throw infeasible("parallel.overlap.ep: passes of two micro-batches run together, which zero: 3 does not do");
  }
  if (s.overlap.ep && s.offload.activations) {
    throw infeasible("parallel.overlap.ep: not together with offload.activations");
  }
}

void check_schedule_rules(const Job& job) {
  const Strategy& s = job.strategy;
  const bool splits = parallel::splits_backward(s.schedule) && s.pp > 1;
  if (splits && s.recompute == parallel::Recompute::full) {
    throw infeasible(
        "parallel.recompute: full would keep what it rebuilds until the weight gradient, which this "
        "schedule runs later",
        "use selective or elementwise, or a schedule that does not split the backward pass");
  }
  const bool counts_layers = s.recompute_layers > 0 || !s.recompute_stages.empty();
  if (counts_layers && s.recompute == parallel::Recompute::none) {
    throw infeasible("parallel.recompute_layers: it needs recompute: selective, elementwise or full");
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

[[noreturn]] void refuse_share(std::size_t entry, const std::string& fault) {
  throw infeasible("placement.shares." + text(static_cast<std::int64_t>(entry)) + ": " + fault);
}

void check_shares(const Job& job) {
  const Strategy& s = job.strategy;
  const Division& division = job.division;
  const bool is_by_stages = division.by == Division::By::stages;
  const std::int64_t whole = is_by_stages ? s.pp : s.dp;
  const std::string unit = is_by_stages ? " stages" : " replicas";
  if (division.shares.size() != job.fleet.size()) {
    throw infeasible("placement.shares: one number for each of the " +
                     text(static_cast<std::int64_t>(job.fleet.size())) + " fleet entries");
  }
  std::int64_t sum = 0;
  for (const int share : division.shares) sum += share;
  if (sum != whole) {
    throw infeasible("placement.shares: they add up to " + text(sum) + unit + ", the job has " + text(whole));
  }
  for (std::size_t entry = 0; entry < job.fleet.size(); ++entry) {
    const std::int64_t each = is_by_stages ? s.stage_ranks() : std::int64_t{s.tp} * s.cp * s.pp;
    const std::int64_t chips = division.shares[entry] * each;
    if (chips > job.fleet[entry].count) {
      refuse_share(entry, text(division.shares[entry]) + unit + " need " + text(chips) + " chips, the entry has " +
                              text(job.fleet[entry].count));
    }
    if (is_by_stages || !job.model.experts) continue;
    require_division("placement.shares", std::int64_t{s.tp} * s.cp * division.shares[entry], "tp x cp x replicas",
                     std::int64_t{s.ep} * s.etp, "ep x etp", "expert groups stay on one kind of chip");
  }
}

void check_micro_batches(const Job& job) {
  const Division& division = job.division;
  if (division.micro_batches.empty()) return;
  if (division.by != Division::By::replicas || division.micro_batches.size() != job.fleet.size()) {
    throw infeasible("placement.micro_batches: it needs by: replicas, and one number for each fleet entry");
  }
  std::int64_t sequences = 0;
  bool are_equal = true;
  int first = 0;
  for (std::size_t entry = 0; entry < job.fleet.size(); ++entry) {
    if (division.shares[entry] == 0) continue;
    const int count = division.micro_batches[entry];
    sequences += std::int64_t{division.shares[entry]} * count * job.strategy.micro_batch;
    if (first == 0) first = count;
    are_equal = are_equal && count == first;
  }
  if (sequences != job.training.global_batch) {
    throw infeasible("placement.micro_batches: they make " + text(sequences) + " sequences a step, global_batch is " +
                     text(job.training.global_batch));
  }
  if (!are_equal && job.strategy.zero >= 2) {
    throw infeasible("placement.micro_batches: with zero: " + text(job.strategy.zero) +
                         " all replicas exchange after every micro-batch, so their numbers must be equal",
                     "use zero: 1, or equal numbers");
  }
}

void check_division(const Job& job) {
  check(job.division.by != Division::By::automatic, "a division must be decided before the job is checked");
  if (job.division.by == Division::By::order) return;
  if (job.strategy.rank_order != parallel::kMegatronOrder) {
    throw infeasible("parallel.rank_order: stages or replicas by fleet entry keep Megatron's order",
                     "use placement.by: order, or [tp, cp, dp, pp]");
  }
  check_shares(job);
  check_micro_batches(job);
  if (job.division.by == Division::By::replicas && job.schedule && !job.division.micro_batches.empty()) {
    throw infeasible("placement.micro_batches: a schedule from a file has one number of micro-batches");
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
  for (std::size_t index = 0; index < job.fleet.size(); ++index) {
    const FleetEntry& entry = job.fleet[index];
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

std::string gigabytes(Bytes bytes) {
  return text(std::llround(bytes.value() / 1e9)) + " GB";
}

// A change of the strategy that lowers memory, as the user would write it.
struct Change {
  std::string written;
  std::function<void(Strategy&)> make;
};

std::vector<Change> memory_changes(const Strategy& s) {
  using parallel::Recompute;
  std::vector<Change> changes;
  const auto add = [&changes](std::string written, std::function<void(Strategy&)> make) {
    changes.push_back({std::move(written), std::move(make)});
  };
  if (s.micro_batch > 1) add("micro_batch: 1", [](Strategy& t) { t.micro_batch = 1; });
  for (const int stage : {1, 2, 3}) {
    if (s.zero < stage && s.dp * s.cp > 1) add("zero: " + text(stage), [stage](Strategy& t) { t.zero = stage; });
  }
  for (const auto& [name, kind] : {std::pair{"selective", Recompute::selective}, std::pair{"full", Recompute::full}}) {
    if (s.recompute < kind) add(std::string("recompute: ") + name, [kind](Strategy& t) { t.recompute = kind; });
  }
  for (const int factor : {2, 4, 8}) {
    add("tp: " + text(std::int64_t{s.tp} * factor), [factor](Strategy& t) { t.tp *= factor; });
    add("pp: " + text(std::int64_t{s.pp} * factor), [factor](Strategy& t) { t.pp *= factor; });
    if (s.ep > 1) add("ep: " + text(std::int64_t{s.ep} * factor), [factor](Strategy& t) { t.ep *= factor; });
  }
  return changes;
}

// Empty where the change breaks a rule or still does not fit; dp follows so that the ranks stay on the chips.
std::string fitting(Job job, const std::vector<const Change*>& changes) {
  const std::int64_t ranks = job.strategy.ranks();
  std::string list;
  for (const Change* change : changes) {
    change->make(job.strategy);
    list += (list.empty() ? "" : " with ") + change->written;
  }
  Strategy& s = job.strategy;
  const std::int64_t cell = std::int64_t{s.tp} * s.pp * s.cp;
  if (cell > ranks) return "";
  const auto replicas = static_cast<int>(ranks / cell);
  if (replicas != s.dp) list += " and dp: " + text(replicas);
  s.dp = replicas;
  try {
    check_feasible(job);
    for (const parallel::StageMemory& stage : job_memory(job)) {
      if (stage.total() > stage_capacity(job, stage.stage)) return "";
    }
  } catch (const InputError&) {
    return "";
  }
  return list;
}

// The single changes that fit; pairs of changes where no single one does.
std::string remedies(const Job& job) {
  constexpr std::size_t kMostShown = 3;
  const std::vector<Change> changes = memory_changes(job.strategy);
  std::vector<std::string> found;
  const auto try_out = [&](const std::vector<const Change*>& some) {
    std::string one = found.size() < kMostShown ? fitting(job, some) : "";
    if (!one.empty()) found.push_back(std::move(one));
  };
  for (const Change& change : changes) try_out({&change});
  const bool one_is_enough = !found.empty();
  for (std::size_t i = 0; i < changes.size() && !one_is_enough; ++i) {
    for (std::size_t j = i + 1; j < changes.size(); ++j) try_out({&changes[i], &changes[j]});
  }
  std::string list;
  for (const std::string& one : found) list += (list.empty() ? "these fit: " : "; or ") + one;
  return list.empty() ? "nothing near it fits either: use more chips, or chips with more memory" : list;
}

}  // namespace

void check_feasible(const Job& job) {
  check(!job.fleet.empty(), "a job needs a fleet");
  check_sizes(job);
  check_model_division(job);
  check_sequence_division(job);
  check_division(job);
  check_batch(job);
  check_state_sharding(job);
  check_schedule_rules(job);
  check_fleet(job);
  (void)job_schedule(job);
  (void)parallel::make_layout(job.strategy, job.model.layers);
}

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
    const bool is_by_stages = job.division.by == Division::By::stages;
    const FleetEntry& chips = job.fleet[is_by_stages ? entry_of_stage(job, stage) : entry];
    const auto prices = program::price_chunks(plan, {pricing_of(job, chips), s, free_exchange});
    times.push_back(program::pass_times(prices)[static_cast<std::size_t>(stage)]);
  }
  return parallel::make_schedule(s.schedule, s.pp, s.vpp, micro_batches, times);
}

std::vector<parallel::StageMemory> job_memory(const Job& job) {
  const Strategy& s = job.strategy;
  std::size_t busiest = 0;
  bool fused = true;
  for (std::size_t entry = 0; entry < job.fleet.size(); ++entry) {
    fused = fused && cost::fused_attention(pricing_of(job, job.fleet[entry]));
    if (job.micro_batches(entry) > job.micro_batches(busiest)) busiest = entry;
  }
  return parallel::memory_by_stage(job.model, sharding_of(job), s, parallel::make_layout(s, job.model.layers),
                                   job_schedule(job, busiest), job.training.state, fused);
}

Bytes stage_capacity(const Job& job, int stage) {
  Bytes capacity{1e30};
  for (const std::size_t entry : entries_of_stage(job, stage)) {
    capacity = std::min(capacity, job.fleet[entry].chip.memory_capacity->value);
  }
  return capacity;
}

void check_memory(const Job& job, const std::vector<parallel::StageMemory>& stages) {
  const auto lack = [&](const parallel::StageMemory& stage) {
    return stage.total().value() - stage_capacity(job, stage.stage).value();
  };
  const auto worst =
      std::max_element(stages.begin(), stages.end(), [&](const auto& a, const auto& b) { return lack(a) < lack(b); });
  if (lack(*worst) <= 0) return;
  throw infeasible("parallel: out of memory: stage " + text(worst->stage) + " needs " + gigabytes(worst->total()) +
                       ", a chip has " + gigabytes(stage_capacity(job, worst->stage)) + " (weights " +
                       gigabytes(worst->weights) + ", gradients " + gigabytes(worst->gradients) + ", optimizer " +
                       gigabytes(worst->optimizer) + ", activations " + gigabytes(worst->activations) + ", workspace " +
                       gigabytes(worst->workspace) + ", runtime " + gigabytes(worst->overhead) + ")",
                   remedies(job));
}

}  // namespace sim::iteration
