#pragma once

#include <functional>
#include <vector>

#include "sim/cost/collective_time.hpp"
#include "sim/plan/pass_prices.hpp"
#include "sim/plan/stage_shape.hpp"
#include "sim/program/pieces.hpp"

namespace sim::plan {

/// What the stages of a shape take and hold under one set of prices.
struct StageSeconds {
  const StageShape* shape = nullptr;
  std::vector<UnitSeconds> kinds;    ///< of virtual stages, sums over their units
  std::vector<UnitSeconds> classes;  ///< of pipeline stages, sums over their chunks
  std::array<UnitSeconds, 2> layer;  ///< one of them, for what it holds, without and with experts
  double table_copy = 0;             ///< as in ModelPrices
  double workspace_bytes = 0;        ///< that rebuilding a layer needs
};

/// Prices a shape; `seconds` is filled anew and keeps its room, as there are millions. The shape has to outlive it.
void price_stages(const StageShape& shape, const ModelPrices& prices, parallel::Recompute recompute,
                  StageSeconds& seconds);

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

/// The passes alone, on the stage that they keep the longest. Without ZeRO-3 they do not depend on how state is
/// sharded or exchanged.
struct Busy {
  double compute = 0;          ///< as in Bound
  double fill = 0, drain = 0;  ///< s before its first pass, and after its last one
  double turn = 0;             ///< s until the first micro-batch comes back, less the passes that may begin before
  double idle = 0;             ///< s of compute in which no kernel runs
  std::size_t slowest = 0;     ///< class of stages
  [[nodiscard]] double bubble() const { return fill + drain + turn; }
  [[nodiscard]] double total() const { return compute + bubble(); }
};
[[nodiscard]] Busy busy_seconds(const iteration::Job& job, const parallel::Strategy& strategy,
                                const StageSeconds& stages, const StateExchange& state);

/// No iteration of the strategy is faster (docs/model.md, "Search"): every stage runs its passes, waits for the first
/// micro-batch to come through the stages before it and for the last gradient to go back, sends its gradients and
/// gathers its parameters one exchange after another, and updates them. Links are to itself alone, messages between
/// stages take no time. `busy` is of the same strategy.
[[nodiscard]] Bound lower_bound(const iteration::Job& job, const parallel::Strategy& strategy,
                                const StageSeconds& stages, const Busy& busy, const StateExchange& state);

/// All units of the model together; a tied table counts once.
[[nodiscard]] UnitSeconds whole_model(const model::Transformer& model, const ModelPrices& prices);

/// Bytes of state and runtime if all stages held the same part of the whole: the fullest chip holds no less.
[[nodiscard]] Bytes mean_state(const iteration::Job& job, const parallel::Strategy& strategy, const UnitSeconds& whole);

/// Passes whose activations a stage holds at once, by stage and chunk.
using InFlight = std::vector<std::vector<int>>;

/// Least bytes of the fullest chip: state, runtime, workspace, and the activations of `in_flight` passes; without it
/// only those that no schedule of the kind can do without.
[[nodiscard]] Bytes least_memory(const iteration::Job& job, const parallel::Strategy& strategy,
                                 const StageSeconds& stages, const InFlight* in_flight);

}  // namespace sim::plan
