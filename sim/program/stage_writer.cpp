#include "sim/program/stage_writer.hpp"

#include <algorithm>
#include <numeric>

namespace sim::program {
namespace {

using cost::Collective;
using model::RankParameters;
using parallel::Pass;
using parallel::Task;

// The gradient norm is one number per rank.
constexpr Bytes kNormBytes{4.0};

// What one chip's share of the host's memory moves while the host updates parameters: two sockets of eight DDR4-3200
// channels (410 GB/s), four fifths of it, for eight chips. Assumed (docs/model.md, "Iteration").
constexpr double kHostMemoryPerChip = 41e9;  // B/s

// Megatron-Core's gradient buckets: max(40 M, 1 M x data-parallel ranks) parameters.
double bucket_parameters(const parallel::Strategy& strategy) {
  if (strategy.bucket_parameters > 0) return strategy.bucket_parameters;
  return std::max(40e6, 1e6 * strategy.data_ranks());
}

const Pieces& pieces_of(const UnitPrice& unit, Pass pass) {
  switch (pass) {
    case Pass::forward:
      return unit.forward;
    case Pass::backward:
      return unit.backward;
    case Pass::backward_input:
      return unit.backward_input;
    case Pass::backward_weight:
      break;
  }
  return unit.backward_weight;
}

bool makes_weight_gradients(const Task& task) {
  return task.pass == Pass::backward || task.pass == Pass::backward_weight;
}

void add(RankParameters& sum, const RankParameters& part) {
  sum.dense += part.dense;
  sum.experts += part.experts;
}

}  // namespace

StageWriter::StageWriter(const IterationPlan& plan, const ChipPlan& chip, const std::vector<ChunkPrice>& chunks,
                         const Messages& messages, int stage, Emitter& emitter)
    : plan_(plan),
      strategy_(plan.strategy),
      chip_(chip),
      pricing_(chip.pricing),
      schedule_(chip.schedule),
      messages_(messages),
      stage_(stage),
      emitter_(emitter),
      traffic_(plan, emitter) {
  for (int chunk = 0; chunk < schedule_.chunks; ++chunk) {
    chunks_.push_back(&chunks[static_cast<std::size_t>(schedule_.virtual_stage({stage, chunk}))]);
  }
  gathered_.resize(chunks_.size());
  find_exchange_order();
  find_ends();
}

// Of DualPipe's two holders of the same layers each has them in another chunk; both must exchange them in one order.
void StageWriter::find_exchange_order() {
  exchange_order_.resize(chunks_.size());
  std::iota(exchange_order_.begin(), exchange_order_.end(), std::size_t{0});
  std::sort(exchange_order_.begin(), exchange_order_.end(), [this](std::size_t a, std::size_t b) {
    const auto at = [this](std::size_t chunk) { return schedule_.virtual_stage({stage_, static_cast<int>(chunk)}); };
    return at(a) < at(b);
  });
}

void StageWriter::find_ends() {
  first_forward_.resize(chunks_.size());
  last_gradient_.resize(chunks_.size());
  const std::vector<Task>& tasks = schedule_.stages[static_cast<std::size_t>(stage_)];
  for (const Task& task : tasks) {
    if (makes_weight_gradients(task)) last_gradient_[static_cast<std::size_t>(task.chunk)] = task;
  }
  for (auto task = tasks.rbegin(); task != tasks.rend(); ++task) {
    if (task->pass == Pass::forward) first_forward_[static_cast<std::size_t>(task->chunk)] = *task;
  }
}

void StageWriter::write() {
  const std::vector<Task>& tasks = schedule_.stages[static_cast<std::size_t>(stage_)];
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    if (is_pair(i)) {
      run_pair(tasks[i], tasks[i + 1]);
      ++i;
    } else {
      receive(tasks[i]);
      run(tasks[i]);
      send(tasks[i]);
    }
  }
  finish_gradients();
  step_optimizer();
  const bool shards_between_steps = strategy_.zero == 1 || strategy_.zero == 2;
  if (shards_between_steps && !strategy_.overlap.dp_parameters) {
    gather_all();
    traffic_.wait_for(traffic_.posted());
  }
  emitter_.close_program();
}

bool StageWriter::gathers_ahead() const {
  return (strategy_.zero == 1 || strategy_.zero == 2) && strategy_.overlap.dp_parameters;
}

// The last backward passes send gradients, which pairs do not.
bool StageWriter::is_pair(std::size_t index) const {
  if (!strategy_.overlap.ep || !chip_.pairs[static_cast<std::size_t>(stage_)][index]) return false;
  return !reduces_in(schedule_.stages[static_cast<std::size_t>(stage_)][index + 1]);
}

// ZeRO-2 keeps only a rank's own gradients, so every backward pass has to scatter them.
bool StageWriter::reduces_in(const Task& task) const {
  if (!makes_weight_gradients(task)) return false;
  const bool is_last = task == last_gradient_[static_cast<std::size_t>(task.chunk)];
  return strategy_.zero >= 2 || (strategy_.overlap.dp_gradients && is_last);
}

void StageWriter::gather_all() {
  for (const std::size_t chunk : exchange_order_) {
    traffic_.gather(parameters_of(*chunks_[chunk]));
    gathered_[chunk] = traffic_.posted();
  }
}

// Parameters are gathered from the start of the step on. Where stages carry their skew from one iteration to the next,
// a stage starts when its first input comes.
void StageWriter::receive(const Task& task) {
  const bool starts_with_input = strategy_.carries_skew();
  const auto gather = [&] {
    if (gathers_ahead() && !has_gathered_) gather_all();
    has_gathered_ = true;
  };
  if (!starts_with_input) gather();
  const Message input = messages_.input(stage_, task);
  if (input.exists) emitter_.wait(input.receive, input.number);
  gather();
  const auto chunk = static_cast<std::size_t>(task.chunk);
  if (gathers_ahead() && task == first_forward_[chunk]) traffic_.wait_for(gathered_[chunk]);
}

void StageWriter::send(const Task& task) {
  const Message output = messages_.output(stage_, task);
  if (!output.exists) return;
  // Of a pair, too, each message belongs to one pass.
  if (emitter_.is_annotated()) emitter_.enter(Depth::part, LabelKind::pass, name_of(task));
  emitter_.post(output.send, Collective::send, message_bytes());
  emitter_.leave(Depth::part);
  if (!strategy_.overlap.pp) emitter_.wait_for_posted(output.send);
}

void StageWriter::run_pair(const Task& forward, const Task& backward) {
  receive(forward);
  receive(backward);
  Pieces first, second;
  for (const UnitPrice& unit : units_of(forward)) append(first, unit.forward);
  const ChunkPrice& units = units_of(backward);
  for (auto unit = units.rbegin(); unit != units.rend(); ++unit) append(second, unit->backward);
  if (emitter_.is_annotated()) {
    emitter_.enter(Depth::part, LabelKind::pass, name_of(forward) + " with " + name_of(backward));
  }
  emitter_.add(interleave(first, second));
  emitter_.leave(Depth::part);
  send(forward);
  send(backward);
}

// ZeRO-3 and FSDP: parameters are gathered `prefetch` units ahead of their use, and gradients are scattered after every
// backward pass. The last unit of the forward pass stays for the backward pass. Offloaded activations come back one
// unit ahead.
void StageWriter::fetch_ahead(const Task& task, std::size_t index, Ahead& ahead) {
  const ChunkPrice& units = units_of(task);
  const bool is_forward = task.pass == Pass::forward;
  const bool gathers = strategy_.zero == 3 && task.pass != Pass::backward_weight;
  const bool fetches =
      strategy_.offload.activations && (task.pass == Pass::backward || task.pass == Pass::backward_input);
  const int asked = strategy_.prefetch >= 0 ? strategy_.prefetch : pricing_.kernels.software->zero3.prefetch;
  const auto depth = static_cast<std::size_t>(fetches ? std::max(1, asked) : asked);
  for (; ahead.next < units.size() && ahead.next <= index + depth; ++ahead.next) {
    const UnitPrice& unit = units[is_forward ? ahead.next : units.size() - 1 - ahead.next];
    if (gathers && (is_forward || ahead.next > 0)) {
      traffic_.gather(unit.parameters, unit.gathers);
      ahead.gathered[ahead.next] = traffic_.posted();
    }
    if (fetches) {
      emitter_.post(Slot::from_host, Collective::send, Bytes(unit.activation_bytes));
      ahead.fetched[ahead.next] = emitter_.posted(Slot::from_host);
    }
  }
  traffic_.wait_for(ahead.gathered[index]);
  emitter_.wait(Slot::from_host, ahead.fetched[index]);
}

// Offloaded activations must have left before they can come back.
void StageWriter::wait_until_left(const Task& task) {
  const auto left = left_.find({task.chunk, task.micro_batch});
  if (left != left_.end()) emitter_.wait(Slot::to_host, left->second);
}

void StageWriter::run(const Task& task) {
  const ChunkPrice& units = units_of(task);
  const bool is_forward = task.pass == Pass::forward;
  const bool reduces = reduces_in(task);
  const double full_bucket = strategy_.zero == 3 ? 0 : bucket_parameters(strategy_);
  if (!is_forward) wait_until_left(task);
  Ahead ahead{0, std::vector<StateTraffic::Posted>(units.size()), std::vector<std::uint32_t>(units.size(), 0)};
  RankParameters bucket;
  if (emitter_.is_annotated()) emitter_.enter(Depth::part, LabelKind::pass, name_of(task));
  for (std::size_t i = 0; i < units.size(); ++i) {
    const std::size_t place = is_forward ? i : units.size() - 1 - i;
    const UnitPrice& unit = units[place];
    if (emitter_.is_annotated()) emitter_.enter(Depth::unit, LabelKind::unit, unit_name(task, place));
    fetch_ahead(task, i, ahead);
    const std::uint32_t leaving = emitter_.posted(Slot::to_host);
    if (is_forward && leaving > 0) emitter_.wait(Slot::to_host, leaving - 1);  // room for two layers
    emitter_.add(pieces_of(unit, task.pass));
    if (is_forward && strategy_.offload.activations) {
      emitter_.post(Slot::to_host, Collective::send, Bytes(unit.activation_bytes));
      left_[{task.chunk, task.micro_batch}] = emitter_.posted(Slot::to_host);
    }
    if (!reduces) continue;
    add(bucket, unit.parameters);
    if (bucket.dense + bucket.experts < full_bucket && i + 1 < units.size()) continue;
    traffic_.reduce(bucket);
    bucket = {};
  }
  if (reduces && !strategy_.overlap.dp_gradients) traffic_.finish();
  emitter_.leave(Depth::part);
}

// "forward chunk 2 micro-batch 5"; stages of one chunk leave it out.
std::string StageWriter::name_of(const Task& task) const {
  constexpr const char* kNames[] = {"forward", "backward", "input gradient", "weight gradient"};
  std::string name = kNames[static_cast<int>(task.pass)];
  if (schedule_.chunks > 1) name += " chunk " + std::to_string(task.chunk);
  return name + " micro-batch " + std::to_string(task.micro_batch);
}

std::string StageWriter::unit_name(const Task& task, std::size_t place) const {
  const auto at = static_cast<std::size_t>(schedule_.virtual_stage({stage_, task.chunk}));
  const parallel::ChunkLayout& layout = plan_.layout[at];
  const std::size_t before = layout.has_embedding ? 1 : 0;
  if (place < before) return "embedding";
  const int index = static_cast<int>(place - before);
  return index < layout.layers ? "layer " + std::to_string(layout.first_layer + index) : "head";
}

Bytes StageWriter::message_bytes() const {
  const model::Sharding& sharding = plan_.sharding;
  const double tokens = static_cast<double>(sharding.micro_batch * sharding.sequence_length) / sharding.cp;
  const bool is_split = sharding.sequence_parallel || pricing_.kernels.software->pipeline_message_split.value > 0.5;
  const double shards = is_split ? sharding.tp : 1;
  return Bytes(tokens * static_cast<double>(plan_.model.hidden) * sharding.element_bytes / shards);
}

void StageWriter::finish_gradients() {
  if (!strategy_.overlap.dp_gradients && strategy_.zero < 2) {
    RankParameters all;
    for (const std::size_t chunk : exchange_order_) add(all, parameters_of(*chunks_[chunk]));
    traffic_.reduce(all);
  }
  traffic_.finish();
  const bool holds_table = stage_ == 0 || stage_ == strategy_.pp - 1;
  const bool is_elsewhere = strategy_.pp > 1 && schedule_.placement == parallel::Placement::wrap;
  if (plan_.model.tied_embeddings && is_elsewhere && holds_table) {
    const double table = static_cast<double>(plan_.model.vocabulary * plan_.model.hidden) / strategy_.tp;
    emitter_.post(Slot::tied_embedding, Collective::all_reduce, Bytes(table * plan_.gradient_wire_bytes));
    emitter_.wait_for_posted(Slot::tied_embedding);
  }
}

// Each rank squares the gradients that it owns; the norm makes every rank wait for the slowest one, unless it is
// validated afterwards; then each scales its gradients and updates its parameters.
void StageWriter::step_optimizer() {
  double owned = 0;
  for (const ChunkPrice* chunk : chunks_) owned += owned_parameters(strategy_, parameters_of(*chunk));
  const hardware::SoftwarePreset& software = *pricing_.kernels.software;
  const auto move = [&](double bytes_each, std::string_view what) {
    if (bytes_each > 0) emitter_.work(cost::traffic_time(pricing_.kernels, Bytes(owned * bytes_each), 1), {what, {}});
  };
  emitter_.enter(Depth::part, LabelKind::step, "optimizer step");
  move(software.gradient_norm_bytes.value, "gradient norm");
  if (strategy_.ranks() > 1 && !strategy_.carries_skew()) {
    emitter_.post(Slot::world, Collective::all_reduce, kNormBytes);
    emitter_.wait_for_posted(Slot::world);
  }
  move(software.gradient_scale_bytes.value, "scale gradients");
  if (strategy_.offload.optimizer) {
    step_on_host(owned);
  } else {
    move(software.optimizer_bytes.value, "update parameters");
  }
  emitter_.work({Seconds(0), Seconds(0), software.fixed_time_per_iteration.value, Seconds(0)},
                {"fixed time of an iteration", {}});
  emitter_.leave(Depth::part);
}

// ZeRO-Offload (Ren et al. 2021): gradients go to the host, which updates the parameters in its memory and sends them
// back. No part overlaps another.
void StageWriter::step_on_host(double owned) {
  emitter_.post(Slot::to_host, Collective::send, Bytes(owned * plan_.state.gradient));
  emitter_.wait_for_posted(Slot::to_host);
  const double moved = owned * pricing_.kernels.software->optimizer_bytes.value;
  emitter_.work({Seconds(0), Seconds(0), Seconds(moved / kHostMemoryPerChip), Seconds(0)}, {"update on the host", {}});
  emitter_.post(Slot::from_host, Collective::send, Bytes(owned * plan_.state.weight));
  emitter_.wait_for_posted(Slot::from_host);
}

}  // namespace sim::program
