#include "sim/plan/strategy_bound.hpp"

#include <algorithm>

#include "sim/cost/kernel_time.hpp"
#include "sim/parallel/schedule.hpp"
#include "sim/program/chunk_price.hpp"

namespace sim::plan {
namespace {

using parallel::Strategy;
using program::Slot;

void add(UnitSeconds& sum, const UnitSeconds& unit, double times = 1) {
  const auto add_pass = [times](PassSeconds& to, const PassSeconds& from) {
    to.work += times * from.work;
    to.waits += times * from.waits;
    to.expert_waits += times * from.expert_waits;
    to.expert_exchanges += times * from.expert_exchanges;
  };
  add_pass(sum.forward, unit.forward);
  add_pass(sum.backward, unit.backward);
  add_pass(sum.input, unit.input);
  add_pass(sum.weight, unit.weight);
  sum.dense += times * unit.dense;
  sum.experts += times * unit.experts;
  sum.activation_bytes += times * unit.activation_bytes;
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

/// Exchanges of the state of a stage or chunk, s: of gradients once, of parameters once.
struct Exchanges {
  double reduce = 0, gather = 0;
};

Exchanges exchanges_of(const iteration::Job& job, const Strategy& s, Slot slot, double parameters,
                       const StateExchange& state) {
  using cost::Collective;
  if (parameters <= 0) return {};
  const double weight = parameters * job.training.state.weight, wire = parameters * job.training.gradient_wire_bytes;
  if (s.zero == 0) return {state.seconds(slot, Collective::all_reduce, wire), 0};
  return {state.seconds(slot, Collective::reduce_scatter, wire), state.seconds(slot, Collective::all_gather, weight)};
}

// All of them in one iteration.
double state_seconds(const iteration::Job& job, const Strategy& s, const UnitSeconds& stage, int micro_batches,
                     const StateExchange& state) {
  const auto seconds = [&](Slot slot, double parameters) {
    const Exchanges each = exchanges_of(job, s, slot, parameters, state);
    // Of ZeRO-3's two gathers of a pass one may be spared: the last layer stays.
    return (s.zero >= 2 ? micro_batches : 1) * each.reduce + (s.zero == 3 ? micro_batches : 1) * each.gather;
  };
  return std::max(seconds(Slot::data, stage.dense), seconds(Slot::expert_data, stage.experts));
}

// What shows of exchanges that run beside passes. A chunk's gradients are complete in the last pass that makes them,
// and until then the stage has done all its other work; a chunk's first pass waits for its parameters.
double shown_seconds(const iteration::Job& job, const Strategy& s, const StageSeconds& stages, const Busy& busy,
                     const Passes& passes, const StateExchange& state) {
  const StageClass& shape = stages.shape->classes[busy.slowest];
  const double shared = shape.units[kEmbedding] > 0 && shape.units[kHead] > 0 ? stages.table_copy : 0;
  double tail = -1, head = -1;
  for (const int kind : shape.chunks) {
    const UnitSeconds& chunk = stages.kinds[static_cast<std::size_t>(kind)];
    const Exchanges dense = exchanges_of(job, s, Slot::data, chunk.dense - shared, state);
    const Exchanges experts = exchanges_of(job, s, Slot::expert_data, chunk.experts, state);
    const double after = std::max(dense.reduce, experts.reduce) - passes.of(chunk.backward);
    const double before = s.zero == 3 ? 0 : std::max(dense.gather, experts.gather);
    tail = tail < 0 ? std::max(0.0, after) : std::min(tail, std::max(0.0, after));
    head = head < 0 ? before : std::min(head, before);
  }
  return std::max(0.0, tail - busy.drain) + std::max(0.0, head - busy.fill);
}

/// Share of the parameters of a stage that a rank updates.
struct Owned {
  double dense = 1, experts = 1;
  explicit Owned(const Strategy& s) {
    if (s.zero == 0) return;
    const int copies = s.copies();
    dense = 1.0 / (s.data_ranks() * copies);
    experts = 1.0 / (s.expert_data_ranks() * copies);
  }
  [[nodiscard]] double of(const UnitSeconds& stage) const { return dense * stage.dense + experts * stage.experts; }
};

/// Bytes of state for a parameter of a stage.
struct StateBytesOf {
  double dense = 0, experts = 0;
  StateBytesOf(const iteration::Job& job, const Strategy& s) {
    const parallel::StateBytes& each = job.training.state;
    const Owned part(s);
    const auto bytes = [&](double owned) {
      return (s.zero >= 3 ? owned : 1) * each.weight + (s.zero >= 2 ? owned : 1) * each.gradient +
             (s.offload.optimizer ? 0 : owned * each.optimizer);
    };
    dense = bytes(part.dense);
    experts = bytes(part.experts);
  }
  [[nodiscard]] double of(const UnitSeconds& stage) const { return dense * stage.dense + experts * stage.experts; }
};

double step_seconds(const iteration::Job& job, const Strategy& s, const UnitSeconds& stage) {
  const hardware::SoftwarePreset& software = job.software;
  const double host = s.offload.optimizer ? 0 : software.optimizer_bytes.value;
  const double bytes = software.gradient_norm_bytes.value + software.gradient_scale_bytes.value + host;
  const cost::KernelPricing kernels = iteration::pricing_of(job, job.fleet.front());
  return cost::traffic_time(kernels, Bytes(Owned(s).of(stage) * bytes), 0).total().value() +
         software.fixed_time_per_iteration.value.value();
}

/// What passes wait for parameters that are sharded.
struct Gathers {
  double forward = 0, backward = 0;
};

// Of a virtual stage of the kind `at`. ZeRO-3 gathers a layer when it is due, or `depth` layers before; a pass starts
// with a wait, as nothing reaches over its beginning. Of a backward pass the first layer is still there.
Gathers gather_waits(const iteration::Job& job, const Strategy& s, const StageSeconds& stages, std::size_t at,
                     const Passes& passes, const StateExchange& state) {
  if (s.zero < 3 || s.data_ranks() == 1) return {};
  const UnitCounts& units = stages.shape->kinds[at];
  double sum = 0, least = -1, most = 0;
  for (std::size_t kind = 0; kind < 2; ++kind) {
    const int layers = units[kLayer + kind] + units[kKeptLayer + kind];
    if (layers == 0) continue;
    const auto gather = [&](Slot slot, double parameters) {
      return parameters == 0
                 ? 0.0
                 : state.seconds(slot, cost::Collective::all_gather, parameters * job.training.state.weight);
    };
    const UnitSeconds& layer = stages.layer[kind];
    const double seconds = std::max(gather(Slot::data, layer.dense),
                                    s.expert_data_ranks() == 1 ? 0.0 : gather(Slot::expert_data, layer.experts));
    sum += layers * seconds;
    least = least < 0 ? seconds : std::min(least, seconds);
    most = std::max(most, seconds);
  }
  const int depth = s.prefetch >= 0 ? s.prefetch : job.software.zero3.prefetch;
  if (depth == 0) return {sum, sum - most};
  const double work = passes.of(stages.kinds[at].forward), back = passes.backward(stages.kinds[at]);
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

// ZB-H1 lets as many micro-batches into a stage as stages follow it, itself included (Qi et al. 2023): the first one
// has to go through all of those and back before there is more to do.
double turn_seconds(const Strategy& s, const StageSeconds& stages, std::size_t index, const Passes& passes,
                    double micro_batches) {
  const StageClass& shape = stages.shape->classes[index];
  double away = 0;
  for (std::size_t kind = 0; kind < shape.after.size(); ++kind)
    away += shape.after[kind] * (passes.of(stages.kinds[kind].forward) + passes.of(stages.kinds[kind].input));
  const double others = std::min(micro_batches, static_cast<double>(s.pp - shape.first_stage)) - 1;
  return std::max(0.0, away - others * passes.of(stages.classes[index].forward));
}

}  // namespace

void price_stages(const StageShape& shape, const ModelPrices& prices, parallel::Recompute recompute,
                  StageSeconds& seconds) {
  const std::array<const UnitSeconds*, kUnits> units{&prices.embedding, &prices.head,          &prices.layer[0],
                                                     &prices.layer[1],  &prices.kept_layer[0], &prices.kept_layer[1]};
  const auto priced = [&units](const UnitCounts& counts) {
    UnitSeconds sum;
    for (std::size_t unit = 0; unit < kUnits; ++unit) {
      if (counts[unit] > 0) add(sum, *units[unit], counts[unit]);
    }
    return sum;
  };
  seconds.shape = &shape;
  seconds.layer = prices.layer;
  seconds.table_copy = prices.table_copy;
  seconds.workspace_bytes = workspace_of(prices, recompute);
  seconds.kinds.clear();
  for (const UnitCounts& kind : shape.kinds) seconds.kinds.push_back(priced(kind));
  seconds.classes.clear();
  for (const StageClass& stage : shape.classes) {
    seconds.classes.push_back(priced(stage.units));
    if (stage.units[kEmbedding] > 0 && stage.units[kHead] > 0) seconds.classes.back().dense -= prices.table_copy;
  }
}

Busy busy_seconds(const iteration::Job& job, const Strategy& s, const StageSeconds& stages,
                  const StateExchange& state) {
  const auto micro_batches = static_cast<double>(job.training.global_batch / (std::int64_t{s.dp} * s.micro_batch));
  const int copies = s.copies();
  const Passes passes{program::skew_share(s.ranks()), s.splits_backward(), s.overlap.ep};
  const bool fills = s.pp > 1 && !s.carries_skew();
  std::vector<Gathers> gathers;  // by kind; empty: none
  for (std::size_t kind = 0; s.zero == 3 && kind < stages.kinds.size(); ++kind)
    gathers.push_back(gather_waits(job, s, stages, kind, passes, state));
  Busy most;
  for (std::size_t index = 0; index < stages.classes.size(); ++index) {
    const StageClass& shape = stages.shape->classes[index];
    const UnitSeconds& stage = stages.classes[index];
    Busy busy;
    busy.slowest = index;
    double gathered = 0;
    if (!gathers.empty()) {
      for (const int kind : shape.chunks)
        gathered += gathers[static_cast<std::size_t>(kind)].forward + gathers[static_cast<std::size_t>(kind)].backward;
    }
    for (std::size_t kind = 0; fills && kind < shape.before.size(); ++kind) {
      const Gathers waits = gathers.empty() ? Gathers{} : gathers[kind];
      busy.fill += shape.before[kind] * (passes.of(stages.kinds[kind].forward) + waits.forward);
      if (!passes.splits) busy.drain += shape.before[kind] * (passes.of(stages.kinds[kind].backward) + waits.backward);
    }
    if (s.schedule == parallel::ScheduleKind::zb_h1) busy.turn = turn_seconds(s, stages, index, passes, micro_batches);
    busy.compute = micro_batches * (passes.both(stage) + gathered) / copies;
    busy.idle = micro_batches * (passes.idle(stage) + gathered) / copies;
    if (index == 0 || busy.total() > most.total()) most = busy;
  }
  return most;
}

Bound lower_bound(const iteration::Job& job, const Strategy& s, const StageSeconds& stages, const Busy& busy,
                  const StateExchange& state) {
  const auto micro_batches = static_cast<int>(job.training.global_batch / (std::int64_t{s.dp} * s.micro_batch));
  const UnitSeconds& slowest = stages.classes[busy.slowest];
  const bool hides = s.overlap.dp_gradients || s.overlap.dp_parameters || s.zero >= 2;
  const double own = state_seconds(job, s, slowest, micro_batches, state);
  Bound bound{0, busy.compute, busy.bubble(), own, step_seconds(job, s, slowest)};
  if (!hides) {
    bound.total = busy.total() + bound.state + bound.step;
    return bound;
  }
  const auto fullest = std::max_element(
      stages.classes.begin(), stages.classes.end(),
      [](const UnitSeconds& a, const UnitSeconds& b) { return a.dense + a.experts < b.dense + b.experts; });
  bound.state = state_seconds(job, s, *fullest, micro_batches, state);
  const Passes passes{program::skew_share(s.ranks()), s.splits_backward(), s.overlap.ep};
  const double shown = shown_seconds(job, s, stages, busy, passes, state);
  // Beside kernels an exchange slows them: of its time, what is not idle anyway costs slowdown / (1 + slowdown). A pass
  // that is slowed beside the last exchange fills time that would have been waited for: the larger of both counts.
  const double beside = std::max(0.0, own - bound.bubble - busy.idle);
  const double slowed = beside * state.slowdown / (1 + state.slowdown);
  bound.total = std::max(busy.total() + std::max(shown, slowed) + bound.step, bound.state);
  return bound;
}

UnitSeconds whole_model(const model::Transformer& model, const ModelPrices& prices) {
  UnitSeconds sum = prices.embedding;
  add(sum, prices.head);
  for (int layer = 0; layer < model.layers; ++layer) add(sum, prices.layer[model::has_experts(model, layer) ? 1 : 0]);
  sum.dense -= prices.table_copy;
  return sum;
}

Bytes mean_state(const iteration::Job& job, const Strategy& s, const UnitSeconds& whole) {
  const Bytes held(StateBytesOf(job, s).of(whole) / s.pp);
  return held + parallel::overhead_bytes(held);
}

Bytes least_memory(const iteration::Job& job, const Strategy& s, const StageSeconds& stages,
                   const InFlight* in_flight) {
  const auto micro_batches = static_cast<int>(job.training.global_batch / (std::int64_t{s.dp} * s.micro_batch));
  using parallel::ScheduleKind;
  const bool keeps_more = s.schedule == ScheduleKind::one_f_one_b || s.schedule == ScheduleKind::interleaved ||
                          s.schedule == ScheduleKind::zb_h1;
  const StateBytesOf state(job, s);
  const std::vector<StageClass>& classes = stages.shape->classes;
  double most = 0;
  for (std::size_t index = 0; index < classes.size() && (in_flight == nullptr || s.offload.activations); ++index) {
    const int usual = keeps_more ? std::min(micro_batches, s.pp - classes[index].first_stage) : 1;
    const double passes = s.offload.activations ? 0 : usual / static_cast<double>(s.copies());
    most = std::max(most, state.of(stages.classes[index]) + passes * stages.classes[index].activation_bytes);
  }
  for (std::size_t stage = 0; in_flight != nullptr && !s.offload.activations && stage < in_flight->size(); ++stage) {
    const auto index = static_cast<std::size_t>(stages.shape->class_of[stage]);
    double bytes = state.of(stages.classes[index]);
    for (std::size_t chunk = 0; chunk < classes[index].chunks.size(); ++chunk)
      bytes += (*in_flight)[stage][chunk] *
               stages.kinds[static_cast<std::size_t>(classes[index].chunks[chunk])].activation_bytes;
    most = std::max(most, bytes);
  }
  const Bytes held(most + stages.workspace_bytes);
  return held + parallel::overhead_bytes(held);
}

}  // namespace sim::plan
