#pragma once

#include <array>
#include <vector>

#include "sim/iteration/fabric_view.hpp"
#include "sim/iteration/job.hpp"

namespace sim::plan {

/// Seconds of the passes of one micro-batch through a unit of the model on one rank, when nothing else uses its links:
/// no run is faster. `work`: kernels alone, without the skew of many ranks; `exchanges`: shown by what it waits for.
struct PassSeconds {
  double work = 0;
  double waits = 0;             ///< for all exchanges but those of experts
  double expert_waits = 0;      ///< for those
  double expert_exchanges = 0;  ///< all of them, hidden or not
  PassSeconds& operator+=(const PassSeconds& other);
};

/// What a unit (the embedding, a layer, the head) takes and holds.
struct UnitSeconds {
  PassSeconds forward, backward;
  PassSeconds input, weight;      ///< of split backward passes; nothing under full recompute
  double dense = 0, experts = 0;  ///< parameters on this rank
  double activation_bytes = 0;    ///< that a micro-batch leaves
};

/// Prices of the units under one set of choices that kernels and exchanges inside a stage depend on: tp, cp, ep, etp,
/// micro_batch, the recompute rule and the overlaps of tp, ep and cp.
struct ModelPrices {
  UnitSeconds embedding, head;
  std::array<UnitSeconds, 2> layer;       ///< without and with experts, recomputed
  std::array<UnitSeconds, 2> kept_layer;  ///< the same without recompute
  double table_copy = 0;                  ///< parameters of the head that it shares with an embedding on its own stage
  double table_add = 0;                   ///< s of the head's backward pass for adding to the gradients of that copy
};

/// As many stages of the strategy as it takes to have its groups in every place on a node where the job's machine may
/// put them.
[[nodiscard]] parallel::Strategy over_places(const iteration::Job& job, parallel::Strategy strategy);

/// Prices the job's model for the strategy's kernel choices under each of the recompute rules, on the chips of its only
/// fleet entry. `view` is the job's machine; exchanges are those of the groups that lie best.
[[nodiscard]] std::vector<ModelPrices> model_prices(const iteration::Job& job, const iteration::FabricView& view,
                                                    const parallel::Strategy& strategy,
                                                    const std::vector<parallel::Recompute>& rules);

}  // namespace sim::plan
