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

double saved_bytes(const OperatorList& operators, Recompute recompute, const Sharding& sharding) {
  double bytes = 0;
  for (std::size_t i = 0; i < operators.size(); ++i) {
    if (recompute == Recompute::selective && operators[i].attention_core) continue;
    bytes += operators[i].saved_bytes;
    if (recompute != Recompute::elementwise) continue;
    bytes -= std::min(operators[i].saved_bytes, recomputable_input_bytes(operators, i, sharding));
  }
  return bytes;
}

// Full recompute keeps the input of each layer only: 2sbh (Korthikanti et al. 2022, section 5).
double layer_input_bytes(const Transformer& model, const Sharding& sharding) {
  const double tokens = static_cast<double>(sharding.micro_batch * sharding.sequence_length) / sharding.cp;
  const double shards = sharding.sequence_parallel ? sharding.tp : 1;
  return tokens * static_cast<double>(model.hidden) * sharding.element_bytes / shards;
}

double layer_bytes(const Transformer& model, const Sharding& sharding, Recompute recompute, int layer,
                   bool fused_attention) {
  if (recompute == Recompute::full) return layer_input_bytes(model, sharding);
  return saved_bytes(layer_operators(model, sharding, has_experts(model, layer), fused_attention), recompute, sharding);
}

RankParameters chunk_parameters(const Transformer& model, const Sharding& sharding, const ChunkLayout& chunk) {
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
  if (chunk.has_head && !chunk.has_embedding) sum.dense += tied_table_parameters(model, sharding);
  return sum;
}

// What is alive only while one layer runs: under full recompute the whole of it is rebuilt, otherwise
// what the rule leaves out.
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
  const double dense_shards = strategy.dp * strategy.cp;
  const double expert_shards = static_cast<double>(strategy.stage_ranks()) / (strategy.ep * strategy.etp);
  const auto sharded = [&](double bytes, int from_stage) {
    const bool is_sharded = strategy.zero >= from_stage;
    return Bytes(bytes * (parameters.dense / (is_sharded ? dense_shards : 1) +
                          parameters.experts / (is_sharded ? expert_shards : 1)));
  };
  memory.parameters += parameters.dense + parameters.experts;
  memory.weights += sharded(state.weight, 3);
  memory.gradients += sharded(state.gradient, 2);
  memory.optimizer += sharded(state.optimizer, 1);
}

}  // namespace

double chunk_activation_bytes(const Transformer& model, const Sharding& sharding, const Strategy& strategy,
                              const ChunkLayout& chunk, bool fused_attention) {
  double bytes = 0;
  for (int layer = chunk.first_layer; layer < chunk.first_layer + chunk.layers; ++layer) {
    bytes += layer_bytes(model, sharding, strategy.recompute, layer, fused_attention);
  }
  if (chunk.has_embedding) bytes += saved_bytes(embedding_operators(model, sharding), Recompute::none, sharding);
  if (chunk.has_head) bytes += saved_bytes(head_operators(model, sharding), Recompute::none, sharding);
  return bytes;
}

std::vector<StageMemory> memory_by_stage(const Transformer& model, const Sharding& sharding, const Strategy& strategy,
                                         const std::vector<ChunkLayout>& layout, const Schedule& schedule,
                                         const StateBytes& state, bool fused_attention) {
  std::vector<StageMemory> stages;
  for (int stage = 0; stage < strategy.pp; ++stage) {
    StageMemory memory;
    memory.stage = stage;
    std::vector<double> chunk_bytes;
    double workspace = 0;
    for (int chunk = 0; chunk < strategy.vpp; ++chunk) {
      const ChunkLayout& part = layout[static_cast<std::size_t>(schedule.virtual_stage(stage, chunk))];
      memory.layers += part.layers;
      add_state(memory, chunk_parameters(model, sharding, part), strategy, state);
      chunk_bytes.push_back(chunk_activation_bytes(model, sharding, strategy, part, fused_attention));
      workspace = std::max(workspace, workspace_bytes(model, sharding, strategy, part, fused_attention));
    }
    const std::vector<int> in_flight = peak_in_flight(schedule, stage, chunk_bytes);
    for (std::size_t chunk = 0; chunk < chunk_bytes.size(); ++chunk) {
      memory.activations += Bytes(chunk_bytes[chunk] * in_flight[chunk]);
    }
    memory.workspace = Bytes(workspace);
    memory.overhead = Bytes(kRuntimeBytes) + kFragmentation * memory.total();
    stages.push_back(memory);
  }
  return stages;
}

}  // namespace sim::parallel
