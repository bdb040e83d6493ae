#pragma once

#include <array>
#include <functional>
#include <vector>

#include "sim/cost/collective_time.hpp"
#include "sim/plan/pass_prices.hpp"
#include "sim/program/pieces.hpp"

namespace sim::plan {

/// A strategy's layers over its virtual stages, priced: what all schedules and ways of sharding of it share.
struct StageSeconds {
  std::vector<UnitSeconds> stages;         ///< by virtual stage, sums over its units
  std::vector<std::array<int, 2>> layers;  ///< of each, without and with experts
  std::array<UnitSeconds, 2> layer;        ///< one of them, for what it holds
  double table_copy = 0;                   ///< as in ModelPrices
  double workspace_bytes = 0;              ///< that rebuilding a layer needs
};

[[nodiscard]] StageSeconds stage_seconds(const model::Transformer& model, const ModelPrices& prices,
                                         const std::vector<int>& layers, parallel::Recompute recompute,
                                         int recompute_layers);

/// What a pipeline stage holds under one placement of the virtual stages.
struct HeldStage {
  UnitSeconds sum;
  std::vector<double> activation_bytes;  ///< by chunk, of a micro-batch
  std::vector<int> virtual_stages;       ///< by chunk
  int first = 0;                         ///< the least of them
};
[[nodiscard]] std::vector<HeldStage> held_stages(const StageSeconds& stages, const parallel::Strategy& strategy);

/// Exchanges of state: seconds of `bytes` among the holders of the dense parameters and of one expert's.
struct StateExchange {
  std::function<double(program::Slot slot, cost::Collective collective, double bytes)> seconds;
  double slowdown = 0;  ///< share by which kernels take longer while one runs beside them
};

/// What a bound is made of, s. The iteration takes at least `total`.
struct Bound {
  double total = 0;
  double compute = 0;  ///< busy seconds of the slowest stage: kernels and what they wait for
  double bubble = 0;   ///< filling and draining that this stage must wait
  double state = 0;    ///< exchanges of gradients and parameters
  double step = 0;     ///< optimizer
};

/// No iteration of the strategy is faster (docs/model.md, "Search"): every stage runs its passes, waits for the first
/// micro-batch to come through the stages before it and for the last gradient to go back, sends its gradients and
/// gathers its parameters one exchange after another, and updates them. Links are to itself alone, messages between
/// stages take no time. The strategy's `stage_layers` are those of `stages`.
[[nodiscard]] Bound lower_bound(const iteration::Job& job, const parallel::Strategy& strategy,
                                const StageSeconds& stages, const std::vector<HeldStage>& held,
                                const StateExchange& state);

/// All units of the model together; a tied table counts once.
[[nodiscard]] UnitSeconds whole_model(const model::Transformer& model, const ModelPrices& prices);

/// Bytes of state and runtime if all stages held the same part of the whole: the fullest chip holds no less.
[[nodiscard]] Bytes mean_state(const iteration::Job& job, const parallel::Strategy& strategy, UnitSeconds whole);

/// Passes whose activations a stage holds at once, by stage and chunk.
using InFlight = std::vector<std::vector<int>>;

/// Least bytes of the fullest chip: state, runtime, workspace, and the activations of `in_flight` passes; without it
/// only those that no schedule of the kind can do without.
[[nodiscard]] Bytes least_memory(const iteration::Job& job, const parallel::Strategy& strategy,
                                 const StageSeconds& stages, const std::vector<HeldStage>& held,
                                 const InFlight* in_flight);

}  // namespace sim::plan
