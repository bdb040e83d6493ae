#pragma once

#include <vector>

#include "sim/base/units.hpp"
#include "sim/model/layer.hpp"
#include "sim/parallel/layout.hpp"
#include "sim/parallel/schedule.hpp"

namespace sim::parallel {

/// Bytes per parameter of the training state.
struct StateBytes {
  double weight = 2;      ///< bf16 or fp16
  double gradient = 4;    ///< main gradients
  double optimizer = 12;  ///< Adam: fp32 master weight and two fp32 moments
};

/// Device memory of the busiest rank of one pipeline stage.
struct StageMemory {
  int stage = 0;
  int layers = 0;
  double parameters = 0;  ///< held by one rank
  Bytes weights;
  Bytes gradients;
  Bytes optimizer;
  Bytes activations;  ///< of the micro-batches in flight, as the schedule has them
  Bytes workspace;    ///< one layer or the logits at work, under recompute
  Bytes overhead;     ///< runtime, communication buffers and fragmentation (assumed)
  Bytes host;         ///< offloaded to host memory, not in total()
  [[nodiscard]] Bytes total() const { return weights + gradients + optimizer + activations + workspace + overhead; }
};

/// Activations that operators keep for the backward pass under a rule other than `full`, B.
[[nodiscard]] double saved_bytes(const model::OperatorList& operators, Recompute recompute,
                                 const model::Sharding& sharding);

/// The same of one layer under any rule, B.
[[nodiscard]] double layer_activation_bytes(const model::Transformer& model, const model::Sharding& sharding,
                                            Recompute recompute, bool with_experts, bool fused_attention);

/// Activations that one micro-batch leaves behind in one chunk, B, under the strategy's recompute rule.
[[nodiscard]] double chunk_activation_bytes(const model::Transformer& model, const model::Sharding& sharding,
                                            const Strategy& strategy, const ChunkLayout& chunk, bool fused_attention);

/// What the runtime and fragmentation take beside what is held (assumed).
[[nodiscard]] Bytes overhead_bytes(Bytes held);

/// Memory of every stage. Sources: Rajbhandari et al. 2020 (ZeRO) for the state, Korthikanti et al. 2022 for
/// activations; runtime 2 GB and 3 % fragmentation are assumed.
[[nodiscard]] std::vector<StageMemory> memory_by_stage(const model::Transformer& model, const model::Sharding& sharding,
                                                       const Strategy& strategy, const std::vector<ChunkLayout>& layout,
                                                       const Schedule& schedule, const StateBytes& state,
                                                       bool fused_attention);

}  // namespace sim::parallel
