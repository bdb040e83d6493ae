#include "sim/parallel/memory.hpp"

#include <algorithm>

namespace sim::parallel {
namespace {

using model::OperatorList;
using model::RankParameters;
using model::Sharding;
using model::Transformer;

constexpr double kRuntimeBytes = 2e9;
constexpr double kFragmentation = 0.03;

// Full recompute keeps the input of each layer only: 2sbh (Korthikanti et al. 2022, section 5).
double layer_input_bytes(const Transformer& model, const Sharding& sharding) {
  const double tokens = static_cast<double>(sharding.micro_batch * sharding.sequence_length) / sharding.cp;
  const double shards = sharding.sequence_parallel ? sharding.tp : 1;
  return tokens * static_cast<double>(model.hidden) * sharding.element_bytes / shards;
}

// `copies_table`: embedding and head stand on different stages, so that a tied table is held twice.
RankParameters chunk_parameters(const Transformer& model, const Sharding& sharding, const ChunkLayout& chunk,
                                bool copies_table) {
  RankParameters sum;
  const auto add = [&sum](const RankParameters& part) {
    sum.dense += part.dense;
    sum.experts += part.experts;
  };
  for (int layer = chunk.first_layer; layer < chunk.first_layer + chunk.layers; ++layer) {
    add(layer_rank_parameters(model, sharding, has_experts(model, layer)));
  }
  if (chunk.has_embedding) add(embedding_rank_parameters(model, sharding));
  if (chunk.has_head) add(head_rank_parameters(model, sharding));
  if (chunk.has_head && copies_table) sum.dense += tied_table_parameters(model, sharding);
  return sum;
}

// What is alive only while one layer runs: under full recompute the whole of it is rebuilt, otherwise what the rule
// leaves out.
double workspace_bytes(const Transformer& model, const Sharding& sharding, const Strategy& strategy,
                       const ChunkLayout& chunk, bool fused_attention) {
  if (strategy.recompute == Recompute::none || chunk.layers == 0) return 0;
  const int last = chunk.first_layer + chunk.layers - 1;
  const OperatorList operators = layer_operators(model, sharding, has_experts(model, last), fused_attention);
  const double kept = strategy.recompute == Recompute::full ? 0 : saved_bytes(operators, strategy.recompute, sharding);
  return saved_bytes(operators, Recompute::none, sharding) - kept;
}

void add_state(StageMemory& memory, const RankParameters& parameters, const Strategy& strategy,
               const StateBytes& state) {
  const double per_instance = static_cast<double>(strategy.copies()) / strategy.instances();
  const double dense_shards = strategy.data_ranks() * per_instance;
  const double expert_shards = strategy.expert_data_ranks() * per_instance;
  const auto sharded = [&](double bytes, int from_stage) {
    const bool is_sharded = strategy.zero >= from_stage;
    return Bytes(bytes * (parameters.dense / (is_sharded ? dense_shards : 1) +
                          parameters.experts / (is_sharded ? expert_shards : 1)));
  };
  memory.parameters += parameters.dense + parameters.experts;
  memory.weights += sharded(state.weight, 3);
  memory.gradients += sharded(state.gradient, 2);
  (strategy.offload.optimizer ? memory.host : memory.optimizer) += sharded(state.optimizer, 1);
}

// Two layers' worth stays on the chip: one in use and one on its way.
void offload_activations(StageMemory& memory, double largest_layer) {
  const Bytes kept = std::min(memory.activations, Bytes(2 * largest_layer));
  memory.host += memory.activations - kept;
  memory.activations = kept;
}

}  // namespace

double saved_bytes(const OperatorList& operators, Recompute recompute, const Sharding& sharding) {
  double bytes = 0;
  for (std::size_t i = 0; i < operators.size(); ++i) {
    if (recompute == Recompute::selective && operators[i].attention_core) continue;
    bytes += operators[i].saved_bytes;
    // Alternate recompute keeps about as much: of the products that it repeats it drops the output, keeps the input.
    if (recompute != Recompute::elementwise && recompute != Recompute::alternate) continue;
    bytes -= std::min(operators[i].saved_bytes, recomputable_input_bytes(operators, i, sharding));
  }
  return bytes;
}

double layer_activation_bytes(const Transformer& model, const Sharding& sharding, Recompute recompute,
                              bool with_experts, bool fused_attention) {
  if (recompute == Recompute::full) return layer_input_bytes(model, sharding);
  return saved_bytes(layer_operators(model, sharding, with_experts, fused_attention), recompute, sharding);
}

double chunk_activation_bytes(const Transformer& model, const Sharding& sharding, const Strategy& strategy,
                              const ChunkLayout& chunk, bool fused_attention) {
  double bytes = 0;
  for (int index = 0; index < chunk.layers; ++index) {
    bytes += layer_activation_bytes(model, sharding, recompute_of(strategy, chunk.virtual_stage, index),
                                    has_experts(model, chunk.first_layer + index), fused_attention);
  }
  if (chunk.has_embedding) bytes += saved_bytes(embedding_operators(model, sharding), Recompute::none, sharding);
  if (chunk.has_head) bytes += saved_bytes(head_operators(model, sharding), Recompute::none, sharding);
  return bytes;
}

Bytes overhead_bytes(Bytes held) {
  return Bytes(kRuntimeBytes) + kFragmentation * held;
}

std::vector<StageMemory> memory_by_stage(const Transformer& model, const Sharding& sharding, const Strategy& strategy,
                                         const std::vector<ChunkLayout>& layout, const Schedule& schedule,
                                         const StateBytes& state, bool fused_attention) {
  std::vector<StageMemory> stages;
  for (int stage = 0; stage < strategy.pp; ++stage) {
    StageMemory memory;
    memory.stage = stage;
    std::vector<double> chunk_bytes;
    double workspace = 0, largest_layer = 0;
    const bool copies_table = strategy.pp > 1 && schedule.placement == Placement::wrap;
    for (int chunk = 0; chunk < schedule.chunks; ++chunk) {
      const ChunkLayout& part = layout[static_cast<std::size_t>(schedule.virtual_stage({stage, chunk}))];
      memory.layers += part.layers;
      add_state(memory, chunk_parameters(model, sharding, part, copies_table), strategy, state);
      chunk_bytes.push_back(chunk_activation_bytes(model, sharding, strategy, part, fused_attention));
      workspace = std::max(workspace, workspace_bytes(model, sharding, strategy, part, fused_attention));
      largest_layer = std::max(largest_layer, chunk_bytes.back() / std::max(1, part.layers));
    }
    const std::vector<int> in_flight = peak_in_flight(schedule, stage, chunk_bytes);
    for (std::size_t chunk = 0; chunk < chunk_bytes.size(); ++chunk) {
      memory.activations += Bytes(chunk_bytes[chunk] * in_flight[chunk]);
    }
    if (strategy.offload.activations) offload_activations(memory, largest_layer);
    memory.workspace = Bytes(workspace);
    memory.overhead = overhead_bytes(memory.total());
    stages.push_back(memory);
  }
  return stages;
}

}  // namespace sim::parallel
