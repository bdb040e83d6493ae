#pragma once

#include <array>
#include <string>
#include <vector>

#include "sim/model/layer.hpp"

namespace sim::parallel {

/// Which activations are computed again in the backward pass instead of being kept: none; the attention core; the
/// outputs of norms and activation functions (DeepSeek-V3, Megatron-Core's recompute modules); those and every second
/// matrix product (torchtitan); whole layers.
enum class Recompute { none, selective, elementwise, alternate, full };

/// Names by Recompute, as scenarios write them.
[[nodiscard]] const std::vector<std::string>& recompute_names();

/// Pipeline schedules; sim/parallel/schedule.hpp says where each comes from. `file` reads the order of tasks.
enum class ScheduleKind {
  gpipe,
  one_f_one_b,
  interleaved,
  breadth_first,
  zb_h1,
  zb_h2,
  zb_1p,
  zb_2p,
  zb_v,
  dualpipe,
  file
};

/// Where the chunks of a stage stand in the model.
enum class Placement {
  wrap,      ///< virtual stage = chunk x pp + stage
  v,         ///< every second round runs backwards over the stages: stage 0 holds the first and the last layers
  mirrored,  ///< two copies of pp virtual stages that run in opposite directions (DualPipe)
};

/// What the rest of a job has to know of a schedule that was read from a file.
struct FileSchedule {
  Placement placement = Placement::wrap;
  bool splits_backward = false;
};

/// What runs beside computation instead of making it wait.
struct Overlap {
  bool tp = false;             ///< tensor-parallel exchanges in chunks under the products next to them
  bool dp_gradients = false;   ///< gradient buckets during the last backward pass
  bool dp_parameters = false;  ///< parameter all-gather under the next forward pass (ZeRO >= 1)
  bool pp = false;             ///< stage messages are sent without waiting for them
  bool ep = false;             ///< expert exchanges of one micro-batch under the computation of another
  bool cp = true;              ///< ring passes of keys and values under the attention of the part before them
};

/// Training state and activations that live in host memory.
struct Offload {
  bool optimizer = false;    ///< optimizer state, updated by the host's processors
  bool activations = false;  ///< each layer's activations, fetched back before its backward pass
};

/// The axes along which ranks lie on chips.
enum class RankAxis { tensor, context, data, pipeline };
inline constexpr std::array<RankAxis, 4> kMegatronOrder{RankAxis::tensor, RankAxis::context, RankAxis::data,
                                                        RankAxis::pipeline};

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
  int zero = 0;        ///< 0 replicas, 1 optimizer, 2 and gradients, 3 and parameters are sharded over dp x cp
  int zero_group = 0;  ///< ranks that share one sharded copy (HSDP), a divisor of dp x cp; 0: all of them
  int prefetch = -1;  ///< ZeRO-3: layers whose parameters are gathered before they are needed; -1: as the software does
  double bucket_parameters = 0;  ///< gradients sent together; 0: Megatron-Core's rule
  int micro_batch = 1;           ///< sequences
  bool sequence_parallel = false;
  Recompute recompute = Recompute::none;
  int recompute_layers = 0;  ///< layers of each virtual stage that `recompute` holds for, the first ones; 0: all
  std::vector<int> recompute_stages;  ///< the same number for each virtual stage by itself; empty: recompute_layers
  ScheduleKind schedule = ScheduleKind::one_f_one_b;
  FileSchedule file_schedule;  ///< of ScheduleKind::file
  model::ContextExchange context_exchange = model::ContextExchange::ring;
  model::ExpertExchange expert_exchange = model::ExpertExchange::direct;
  bool fp8_dispatch = false;  ///< tokens and their gradients travel to the experts in fp8
  Overlap overlap;
  Offload offload;
  std::array<RankAxis, 4> rank_order = kMegatronOrder;  ///< neighbouring chips first
  std::vector<int> stage_layers;

  [[nodiscard]] int stage_ranks() const { return tp * cp * dp; }
  [[nodiscard]] int ranks() const { return stage_ranks() * pp; }
  [[nodiscard]] int virtual_stages() const { return pp * vpp; }
  /// Where the chunks of a stage stand in the model.
  [[nodiscard]] Placement placement() const;
  /// Whether weight gradients run apart from input gradients.
  [[nodiscard]] bool splits_backward() const;
  /// Whether the optimizer's step is validated afterwards, see parallel::validates_afterwards().
  [[nodiscard]] bool carries_skew() const;
  /// Copies of the model in one pipeline: DualPipe runs two in opposite directions.
  [[nodiscard]] int copies() const { return placement() == Placement::mirrored ? 2 : 1; }
  /// Ranks of one stage that exchange the gradients of the dense parameters, and of one expert's.
  [[nodiscard]] int data_ranks() const { return dp * cp; }
  [[nodiscard]] int expert_data_ranks() const { return stage_ranks() / (ep * etp); }
  /// Sharded copies of the state (HSDP); 1: all ranks share one.
  [[nodiscard]] int instances() const { return zero > 0 && zero_group > 0 ? data_ranks() / zero_group : 1; }
};

/// The recompute rule of a layer by its virtual stage and its index there.
[[nodiscard]] inline Recompute recompute_of(const Strategy& strategy, int virtual_stage, int index) {
  bool is_in = strategy.recompute_layers == 0 || index < strategy.recompute_layers;
  if (!strategy.recompute_stages.empty()) {
    is_in = index < strategy.recompute_stages[static_cast<std::size_t>(virtual_stage)];
  }
  return is_in ? strategy.recompute : Recompute::none;
}

}  // namespace sim::parallel
