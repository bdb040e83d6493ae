#pragma once

#include <cstdint>
#include <vector>

namespace sim::parallel {

/// Which activations are computed again in the backward pass instead of being kept: none; the attention core; the
/// outputs of norms and activation functions (DeepSeek-V3, Megatron-Core's recompute modules); whole layers.
enum class Recompute { none, selective, elementwise, full };

enum class ScheduleKind { gpipe, one_f_one_b, interleaved };

/// What runs beside computation instead of making it wait.
struct Overlap {
  bool tp = false;             ///< tensor-parallel exchanges in chunks under the products next to them
  bool dp_gradients = false;   ///< gradient buckets during the last backward pass
  bool dp_parameters = false;  ///< parameter all-gather under the next forward pass (ZeRO >= 1)
  bool pp = false;             ///< stage messages are sent without waiting for them
};

/// How a training job is cut over its ranks. Counts are >= 1; `stage_layers` is empty for an even split, else the
/// transformer layers of each of the pp x vpp virtual stages in order.
struct Strategy {
  int tp = 1;
  int pp = 1;
  int vpp = 1;
  int dp = 1;
  int cp = 1;
  int ep = 1;
  int etp = 1;
  int zero = 0;             ///< 0 replicas, 1 optimizer, 2 and gradients, 3 and parameters are sharded over dp x cp
  int micro_batch = 1;      ///< sequences
  bool sequence_parallel = false;
  Recompute recompute = Recompute::none;
  ScheduleKind schedule = ScheduleKind::one_f_one_b;
  Overlap overlap;
  std::vector<int> stage_layers;

  [[nodiscard]] int stage_ranks() const { return tp * cp * dp; }
  [[nodiscard]] int ranks() const { return stage_ranks() * pp; }
  [[nodiscard]] int virtual_stages() const { return pp * vpp; }
};

}  // namespace sim::parallel
