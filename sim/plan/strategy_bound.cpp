#include "sim/plan/strategy_bound.hpp"

#include <algorithm>

#include "sim/cost/kernel_time.hpp"
#include "sim/parallel/schedule.hpp"
#include "sim/program/chunk_price.hpp"

namespace sim::plan {
namespace {

using parallel::Strategy;
using program::Slot;

void add(UnitSeconds& sum, const UnitSeconds& unit) {
  sum.forward += unit.forward;
  sum.backward += unit.backward;
  sum.input += unit.input;
  sum.weight += unit.weight;
  sum.dense += unit.dense;
  sum.experts += unit.experts;
  sum.activation_bytes += unit.activation_bytes;
}

/// Shares of the time of passes by kind of schedule.
struct Passes {
  double skew = 0;      ///< of the work, beyond it
  bool splits = false;  ///< backward passes in two
  bool pairs = false;   ///< exchanges of one micro-batch under the work of another

  [[nodiscard]] double of(const PassSeconds& pass) const {
    return pass.work * (1 + skew) + pass.waits + (pairs ? 0 : pass.expert_waits);
  }
  [[nodiscard]] double backward(const UnitSeconds& stage) const {
    const double whole = of(stage.backward);  // some passes of a schedule that splits them stay whole
    return splits ? std::min(whole, of(stage.input) + of(stage.weight)) : whole;
  }
  [[nodiscard]] double drain(const UnitSeconds& stage) const { return splits ? 0 : of(stage.backward); }
  // Expert exchanges of a stage follow one another, however well they hide.
  [[nodiscard]] double both(const UnitSeconds& stage) const {
    const double sum = of(stage.forward) + backward(stage);
    return std::max(sum, stage.forward.expert_exchanges + stage.backward.expert_exchanges);
  }
  // All but the kernels; with pairs as much as it can be.
  [[nodiscard]] double idle(const UnitSeconds& stage) const {
    return both(stage) - (1 + skew) * (stage.forward.work + stage.backward.work);
  }
};

// Gathers, scatters or reductions of a stage's state in one iteration.
double state_seconds(const iteration::Job& job, const Strategy& s, const UnitSeconds& stage, int micro_batches,
                     const StateExchange& state) {
  using cost::Collective;
  const double weight = job.training.state.weight, wire = job.training.gradient_wire_bytes;
  const auto seconds = [&](Slot slot, double parameters) {
    if (parameters == 0) return 0.0;
    if (s.zero == 0) return state.seconds(slot, Collective::all_reduce, parameters * wire);
    const double scatter = state.seconds(slot, Collective::reduce_scatter, parameters * wire);
    const double gather = state.seconds(slot, Collective::all_gather, parameters * weight);
    const double passes = micro_batches;
    if (s.zero == 1) return scatter + gather;
    if (s.zero == 2) return passes * scatter + gather;
    return passes * (scatter + gather);  // of the two gathers one may be spared: the last layer stays
  };
  return std::max(seconds(Slot::data, stage.dense), seconds(Slot::expert_data, stage.experts));
}

double owned(const Strategy& s, const UnitSeconds& stage) {
  if (s.zero == 0) return stage.dense + stage.experts;
  return stage.dense / (s.data_ranks() * s.copies()) + stage.experts / (s.expert_data_ranks() * s.copies());
}

double state_bytes(const iteration::Job& job, const Strategy& s, const UnitSeconds& stage) {
  const parallel::StateBytes& each = job.training.state;
  const double all = stage.dense + stage.experts, part = owned(s, stage);
  return (s.zero >= 3 ? part : all) * each.weight + (s.zero >= 2 ? part : all) * each.gradient +
         (s.offload.optimizer ? 0 : part * each.optimizer);
}

double step_seconds(const iteration::Job& job, const Strategy& s, const UnitSeconds& stage) {
  const hardware::SoftwarePreset& software = job.software;
  const double host = s.offload.optimizer ? 0 : software.optimizer_bytes.value;
  const double bytes = software.gradient_norm_bytes.value + software.gradient_scale_bytes.value + host;
  const cost::KernelPricing kernels = iteration::pricing_of(job, job.fleet.front());
  return cost::traffic_time(kernels, Bytes(owned(s, stage) * bytes), 0).total().value() +
         software.fixed_time_per_iteration.value.value();
}

/// What passes wait for parameters that are sharded.
struct Gathers {
  double forward = 0, backward = 0;
};

// ZeRO-3 gathers a layer when it is due, or `depth` layers before; a pass starts with a wait, as nothing reaches over
// its beginning. Of a backward pass the first layer is still there.
Gathers gather_waits(const iteration::Job& job, const Strategy& s, const StageSeconds& stages, std::size_t at,
                     const Passes& passes, const StateExchange& state) {
  if (s.zero < 3 || s.data_ranks() == 1) return {};
  double sum = 0, least = -1, most = 0;
  for (std::size_t kind = 0; kind < 2; ++kind) {
    if (stages.layers[at][kind] == 0) continue;
    const auto gather = [&](Slot slot, double parameters) {
      return parameters == 0
                 ? 0.0
                 : state.seconds(slot, cost::Collective::all_gather, parameters * job.training.state.weight);
    };
    const UnitSeconds& layer = stages.layer[kind];
    const double seconds = std::max(gather(Slot::data, layer.dense),
                                    s.expert_data_ranks() == 1 ? 0.0 : gather(Slot::expert_data, layer.experts));
    sum += stages.layers[at][kind] * seconds;
    least = least < 0 ? seconds : std::min(least, seconds);
    most = std::max(most, seconds);
  }
  const int depth = s.prefetch >= 0 ? s.prefetch : job.software.zero3.prefetch;
  if (depth == 0) return {sum, sum - most};
  const double work = passes.of(stages.stages[at].forward), back = passes.backward(stages.stages[at]);
  return {std::max(std::max(0.0, least), sum - work), std::max(0.0, sum - most - back)};
}

// What is alive only while a layer runs again: all of it, less what is kept. Full recompute keeps its input beside it.
double workspace_of(const ModelPrices& prices, parallel::Recompute recompute) {
  double least = -1;
  for (std::size_t kind = 0; kind < 2; ++kind) {
    const double whole = prices.kept_layer[kind].activation_bytes, kept = prices.layer[kind].activation_bytes;
    if (whole == 0) continue;
    const double bytes = recompute == parallel::Recompute::full ? whole : whole - kept;
    least = least < 0 ? bytes : std::min(least, bytes);
  }
  return recompute == parallel::Recompute::none ? 0 : std::max(0.0, least);
}

}  // namespace

StageSeconds stage_seconds(const model::Transformer& model, const ModelPrices& prices, const std::vector<int>& layers,
                           parallel::Recompute recompute, int recompute_layers) {
  StageSeconds made;
  made.layer = prices.layer;
  made.table_copy = prices.table_copy;
  made.workspace_bytes = workspace_of(prices, recompute);
  made.layers.resize(layers.size(), {0, 0});
  made.stages.reserve(layers.size());
  int next = 0;
  for (std::size_t stage = 0; stage < layers.size(); ++stage) {
    UnitSeconds sum;
    if (stage == 0) add(sum, prices.embedding);
    for (int index = 0; index < layers[stage]; ++index, ++next) {
      const std::size_t kind = model::has_experts(model, next) ? 1 : 0;
      ++made.layers[stage][kind];
      const bool is_recomputed = recompute_layers == 0 || index < recompute_layers;
      add(sum, (is_recomputed ? prices.layer : prices.kept_layer)[kind]);
    }
    if (stage + 1 == layers.size()) add(sum, prices.head);
    made.stages.push_back(sum);
  }
  return made;
}

std::vector<HeldStage> held_stages(const StageSeconds& stages, const Strategy& s) {
  const parallel::Schedule where{s.pp, s.copies() == 2 ? 2 : s.vpp, 1, s.placement(), {}};
  std::vector<HeldStage> made(static_cast<std::size_t>(s.pp));
  for (int stage = 0; stage < s.pp; ++stage) {
    HeldStage& held = made[static_cast<std::size_t>(stage)];
    held.first = where.virtual_stages();
    held.activation_bytes.reserve(static_cast<std::size_t>(where.chunks));
    held.virtual_stages.reserve(static_cast<std::size_t>(where.chunks));
    for (int chunk = 0; chunk < where.chunks; ++chunk) {
      const int at = where.virtual_stage({stage, chunk});
      const UnitSeconds& part = stages.stages[static_cast<std::size_t>(at)];
      add(held.sum, part);
      held.activation_bytes.push_back(part.activation_bytes);
      held.virtual_stages.push_back(at);
      held.first = std::min(held.first, at);
    }
    const bool has_head = std::find(held.virtual_stages.begin(), held.virtual_stages.end(),
                                    where.virtual_stages() - 1) != held.virtual_stages.end();
    if (has_head && held.first == 0) held.sum.dense -= stages.table_copy;
  }
  return made;
}

Bound lower_bound(const iteration::Job& job, const Strategy& s, const StageSeconds& stages,
                  const std::vector<HeldStage>& held_stages, const StateExchange& state) {
  const auto micro_batches = static_cast<int>(job.training.global_batch / (std::int64_t{s.dp} * s.micro_batch));
  const Passes passes{program::skew_share(s.ranks()), s.splits_backward(), s.overlap.ep};
  const bool fills = s.pp > 1 && s.copies() == 1 && !s.carries_skew();
  std::vector<double> before{0};  // filling and draining of the virtual stages before each
  std::vector<Gathers> gathers;   // empty: none
  for (std::size_t at = 0; at < stages.stages.size(); ++at) {
    const UnitSeconds& stage = stages.stages[at];
    if (s.zero == 3) gathers.push_back(gather_waits(job, s, stages, at, passes, state));
    const double waits = gathers.empty() ? 0 : gathers.back().forward + (passes.splits ? 0 : gathers.back().backward);
    before.push_back(before.back() + passes.of(stage.forward) + passes.drain(stage) + waits);
  }
  Bound most;
  double slowest_idle = 0;
  UnitSeconds slowest, fullest;  // stages: with the most seconds, and with the most parameters
  for (const HeldStage& held : held_stages) {
    double gathered = 0;
    if (!gathers.empty()) {
      for (const int at : held.virtual_stages)
        gathered += gathers[static_cast<std::size_t>(at)].forward + gathers[static_cast<std::size_t>(at)].backward;
    }
    const double compute = micro_batches * (passes.both(held.sum) + gathered) / s.copies();
    const double bubble = fills ? before[static_cast<std::size_t>(held.first)] : 0;
    if (compute + bubble > most.compute + most.bubble) {
      most.compute = compute;
      most.bubble = bubble;
      slowest = held.sum;
      slowest_idle = micro_batches * (passes.idle(held.sum) + gathered) / s.copies();
    }
    if (held.sum.dense + held.sum.experts > fullest.dense + fullest.experts) fullest = held.sum;
  }
  const double busy = most.compute + most.bubble;
  // Of two copies the exchanges may run while the other copy is at work.
  const bool hides = s.overlap.dp_gradients || s.overlap.dp_parameters || s.zero >= 2 || s.copies() == 2;
  most.state = state_seconds(job, s, hides ? fullest : slowest, micro_batches, state);
  most.step = step_seconds(job, s, slowest);
  most.total = busy + most.state + most.step;
  if (hides) {
    // Beside kernels an exchange slows them: of its time, what is not idle anyway costs slowdown / (1 + slowdown).
    const double idle = most.bubble + slowest_idle;
    const double own = state_seconds(job, s, slowest, micro_batches, state);
    const double beside = s.copies() == 2 ? 0 : std::max(0.0, own - idle);
    const double slowed = beside * state.slowdown / (1 + state.slowdown);
    most.total = std::max(busy + slowed + most.step, most.state);
  }
  return most;
}

UnitSeconds whole_model(const model::Transformer& model, const ModelPrices& prices) {
  UnitSeconds sum = prices.embedding;
  add(sum, prices.head);
  for (int layer = 0; layer < model.layers; ++layer) add(sum, prices.layer[model::has_experts(model, layer) ? 1 : 0]);
  sum.dense -= prices.table_copy;
  return sum;
}

Bytes mean_state(const iteration::Job& job, const Strategy& s, UnitSeconds whole) {
  whole.dense /= s.pp;
  whole.experts /= s.pp;
  const Bytes held(state_bytes(job, s, whole));
  return held + parallel::overhead_bytes(held);
}

Bytes least_memory(const iteration::Job& job, const Strategy& s, const StageSeconds& stages,
                   const std::vector<HeldStage>& held_stages, const InFlight* in_flight) {
  const auto micro_batches = static_cast<int>(job.training.global_batch / (std::int64_t{s.dp} * s.micro_batch));
  using parallel::ScheduleKind;
  const bool keeps_more = s.schedule == ScheduleKind::one_f_one_b || s.schedule == ScheduleKind::interleaved ||
                          s.schedule == ScheduleKind::zb_h1;
  double most = 0;
  for (std::size_t stage = 0; stage < held_stages.size(); ++stage) {
    const HeldStage& held = held_stages[stage];
    double bytes = state_bytes(job, s, held.sum);
    const int usual = keeps_more ? std::min(micro_batches, s.pp - static_cast<int>(stage)) : 1;
    for (std::size_t chunk = 0; chunk < held.activation_bytes.size() && !s.offload.activations; ++chunk) {
      const double passes = in_flight == nullptr ? usual / static_cast<double>(s.copies()) : (*in_flight)[stage][chunk];
      bytes += passes * held.activation_bytes[chunk];
    }
    most = std::max(most, bytes);
  }
  const Bytes held(most + stages.workspace_bytes);
  return held + parallel::overhead_bytes(held);
}

}  // namespace sim::plan
