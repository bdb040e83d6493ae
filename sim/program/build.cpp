#include "sim/program/build.hpp"

#include <algorithm>

#include "sim/parallel/grid.hpp"
#include "sim/program/chunk_price.hpp"
#include "sim/program/emitter.hpp"
#include "sim/program/messages.hpp"

namespace sim::program {
namespace {

using cost::Collective;
using model::RankParameters;
using parallel::Pass;
using parallel::Task;

// Megatron-Core's gradient buckets: max(40 M, 1 M x data-parallel ranks) parameters.
double bucket_parameters(const parallel::Strategy& strategy) { return std::max(40e6, 1e6 * strategy.dp * strategy.cp); }

// The gradient norm is one number per rank.
constexpr Bytes kNormBytes{4.0};

RankParameters sum_of(const ChunkPrice& chunk) {
  RankParameters sum;
  for (const UnitPrice& unit : chunk) {
    sum.dense += unit.parameters.dense;
    sum.experts += unit.parameters.experts;
  }
  return sum;
}

/// Writes the program of one stage on one kind of chip.
class StageWriter {
 public:
  StageWriter(const IterationPlan& plan, const PassPricing& pricing, const std::vector<ChunkPrice>& chunks,
              const Messages& messages, int stage, Emitter& emitter)
      : plan_(plan), pricing_(pricing), messages_(messages), stage_(stage), emitter_(emitter) {
    for (int chunk = 0; chunk < plan.strategy.vpp; ++chunk) {
      chunks_.push_back(&chunks[static_cast<std::size_t>(plan.schedule.virtual_stage(stage, chunk))]);
    }
    gathered_.resize(chunks_.size());
    has_replicas_ = parallel::pattern_of(plan.strategy, parallel::Axis::data).size > 1;
    has_expert_replicas_ = parallel::pattern_of(plan.strategy, parallel::Axis::expert_data).size > 1;
  }

  void write() {
    if (gathers_ahead()) gather_parameters();
    for (const Task& task : plan_.schedule.stages[static_cast<std::size_t>(stage_)]) run(task);
    finish_gradients();
    step_optimizer();
    if (shards_parameters_between_steps() && !gathers_ahead()) {
      gather_parameters();
      wait_for_data();
    }
    emitter_.close_program();
  }

 private:
  struct Posted {
    std::uint32_t dense = 0, experts = 0;
  };

  [[nodiscard]] bool is_fully_sharded() const { return plan_.strategy.zero == 3; }
  [[nodiscard]] bool shards_gradients() const { return plan_.strategy.zero >= 2; }
  [[nodiscard]] bool shards_parameters_between_steps() const {
    return plan_.strategy.zero == 1 || plan_.strategy.zero == 2;
  }
  [[nodiscard]] bool gathers_ahead() const {
    return shards_parameters_between_steps() && plan_.strategy.overlap.dp_parameters;
  }
  [[nodiscard]] bool overlaps_gradients() const { return plan_.strategy.overlap.dp_gradients; }

  void post(Slot slot, Collective collective, double parameters, double bytes_each) {
    const bool has_partners = slot == Slot::data ? has_replicas_ : has_expert_replicas_;
    if (has_partners && parameters > 0) emitter_.post(slot, collective, Bytes(parameters * bytes_each));
  }

  void post_gather(const RankParameters& parameters) {
    post(Slot::data, Collective::all_gather, parameters.dense, plan_.state.weight);
    post(Slot::expert_data, Collective::all_gather, parameters.experts, plan_.state.weight);
  }

  void post_gradients(const RankParameters& parameters) {
    const Collective collective = plan_.strategy.zero == 0 ? Collective::all_reduce : Collective::reduce_scatter;
    post(Slot::data, collective, parameters.dense, plan_.gradient_wire_bytes);
    post(Slot::expert_data, collective, parameters.experts, plan_.gradient_wire_bytes);
  }

  [[nodiscard]] Posted posted() const { return {emitter_.posted(Slot::data), emitter_.posted(Slot::expert_data)}; }

  void wait_for(const Posted& which) {
    emitter_.wait(Slot::data, which.dense);
    emitter_.wait(Slot::expert_data, which.experts);
  }

  void wait_for_data() { wait_for(posted()); }

  void gather_parameters() {
    for (std::size_t chunk = 0; chunk < chunks_.size(); ++chunk) {
      post_gather(sum_of(*chunks_[chunk]));
      gathered_[chunk] = posted();
    }
  }

  void run(const Task& task) {
    const Message input = messages_.input(stage_, task);
    if (input.exists) emitter_.wait(input.receive, input.number);
    const auto chunk = static_cast<std::size_t>(task.chunk);
    if (task.pass == Pass::forward && gathers_ahead() && task.micro_batch == 0) wait_for(gathered_[chunk]);
    if (is_fully_sharded()) {
      run_sharded(task);
    } else {
      run_replicated(task);
    }
    const Message& output = messages_.output(stage_, task);
    if (!output.exists) return;
    emitter_.post(output.send, Collective::send, message_bytes());
    if (!plan_.strategy.overlap.pp) emitter_.wait_for_posted(output.send);
  }

  void run_replicated(const Task& task) {
    const ChunkPrice& units = *chunks_[static_cast<std::size_t>(task.chunk)];
    if (task.pass == Pass::forward) {
      for (const UnitPrice& unit : units) emitter_.add(unit.forward);
      return;
    }
    // ZeRO-2 keeps only a rank's own gradients, so every backward pass has to scatter them.
    const bool is_last = task.micro_batch == plan_.schedule.micro_batches - 1;
    const bool sends_gradients = shards_gradients() || (overlaps_gradients() && is_last);
    RankParameters bucket;
    for (auto unit = units.rbegin(); unit != units.rend(); ++unit) {
      emitter_.add(unit->backward);
      bucket.dense += unit->parameters.dense;
      bucket.experts += unit->parameters.experts;
      const bool is_full = bucket.dense + bucket.experts >= bucket_parameters(plan_.strategy);
      if (!sends_gradients || !(is_full || std::next(unit) == units.rend())) continue;
      post_gradients(bucket);
      bucket = {};
    }
  }

  // ZeRO-3 and FSDP: each unit's parameters are gathered one unit ahead of their use, and its gradients are scattered
  // after every backward pass. The last unit of the forward pass stays for the backward pass.
  void run_sharded(const Task& task) {
    const ChunkPrice& units = *chunks_[static_cast<std::size_t>(task.chunk)];
    const bool is_forward = task.pass == Pass::forward;
    const std::size_t count = units.size();
    const auto unit_at = [&](std::size_t i) -> const UnitPrice& { return units[is_forward ? i : count - 1 - i]; };
    std::vector<Posted> ready(count, Posted{});
    const auto gather = [&](std::size_t i) {
      if (i >= count || (!is_forward && i == 0)) return;
      post_gather(unit_at(i).parameters);
      ready[i] = posted();
    };
    gather(0);
    for (std::size_t i = 0; i < count; ++i) {
      gather(i + 1);
      wait_for(ready[i]);
      emitter_.add(is_forward ? unit_at(i).forward : unit_at(i).backward);
      if (!is_forward) post_gradients(unit_at(i).parameters);
    }
  }

  [[nodiscard]] Bytes message_bytes() const {
    const model::Sharding& sharding = plan_.sharding;
    const double tokens = static_cast<double>(sharding.micro_batch * sharding.sequence_length) / sharding.cp;
    const bool is_split = sharding.sequence_parallel || pricing_.kernels.software->pipeline_message_split.value > 0.5;
    const double shards = is_split ? sharding.tp : 1;
    return Bytes(tokens * static_cast<double>(plan_.model.hidden) * sharding.element_bytes / shards);
  }

  void finish_gradients() {
    if (!overlaps_gradients() && !shards_gradients()) {
      RankParameters all;
      for (const ChunkPrice* chunk : chunks_) {
        const RankParameters part = sum_of(*chunk);
        all.dense += part.dense;
        all.experts += part.experts;
      }
      post_gradients(all);
    }
    wait_for_data();
    const bool holds_table = stage_ == 0 || stage_ == plan_.strategy.pp - 1;
    if (plan_.model.tied_embeddings && plan_.strategy.pp > 1 && holds_table) {
      const double table = static_cast<double>(plan_.model.vocabulary * plan_.model.hidden) / plan_.strategy.tp;
      emitter_.post(Slot::tied_embedding, Collective::all_reduce, Bytes(table * plan_.gradient_wire_bytes));
      emitter_.wait_for_posted(Slot::tied_embedding);
    }
  }

  // The gradient norm makes every rank wait for the slowest one; then each updates the parameters that it owns.
  void step_optimizer() {
    if (plan_.strategy.ranks() > 1) {
      emitter_.post(Slot::world, Collective::all_reduce, kNormBytes);
      emitter_.wait_for_posted(Slot::world);
    }
    const parallel::Strategy& strategy = plan_.strategy;
    const bool is_sharded = strategy.zero >= 1;
    double owned = 0;
    for (const ChunkPrice* chunk : chunks_) {
      const RankParameters part = sum_of(*chunk);
      owned += part.dense / (is_sharded ? strategy.dp * strategy.cp : 1);
      owned += part.experts / (is_sharded ? strategy.stage_ranks() / (strategy.ep * strategy.etp) : 1);
    }
    const hardware::SoftwarePreset& software = *pricing_.kernels.software;
    emitter_.work(cost::traffic_time(pricing_.kernels, Bytes(owned * software.optimizer_bytes.value), 1));
    emitter_.work({Seconds(0), Seconds(0), software.fixed_time_per_iteration.value, Seconds(0)});
  }

  const IterationPlan& plan_;
  const PassPricing& pricing_;
  const Messages& messages_;
  int stage_;
  Emitter& emitter_;
  std::vector<const ChunkPrice*> chunks_;
  std::vector<Posted> gathered_;
  bool has_replicas_ = false;
  bool has_expert_replicas_ = false;
};

}  // namespace

bool slot_posts(Slot slot) { return slot != Slot::receive_previous && slot != Slot::receive_next; }

IterationPrograms build_programs(const IterationPlan& plan) {
  IterationPrograms programs;
  Emitter emitter(programs);
  const Messages messages(plan.schedule);
  for (const PassPricing& pricing : plan.chips) {
    const std::vector<ChunkPrice> chunks = price_chunks(plan, pricing);
    for (int stage = 0; stage < plan.strategy.pp; ++stage) {
      StageWriter(plan, pricing, chunks, messages, stage, emitter).write();
    }
  }
  return programs;
}

}  // namespace sim::program
