#pragma once

#include "sim/program/build.hpp"
#include "sim/program/chunk_price.hpp"
#include "sim/program/emitter.hpp"

namespace sim::program {

/// Parameters of a chunk on one rank.
[[nodiscard]] model::RankParameters parameters_of(const ChunkPrice& chunk);

/// Parameters that the optimizer of one rank updates, of those that the rank holds.
[[nodiscard]] double owned_parameters(const parallel::Strategy& strategy, const model::RankParameters& held);

/// What a rank exchanges with the other holders of its parameters: gradients and parameters, over one copy of the state
/// and, with zero_group, between copies.
class StateTraffic {
 public:
  /// Exchanges posted so far, to wait for.
  struct Posted {
    std::uint32_t dense = 0, experts = 0;
  };

  StateTraffic(const IterationPlan& plan, Emitter& emitter);

  /// In `parts` equal exchanges, one after another.
  void gather(const model::RankParameters& parameters, int parts = 1);

  /// Gradients of one bucket: reduced, or reduced and scattered. Between copies the parts are reduced next; that starts
  /// when the following bucket is ready, or in finish().
  void reduce(const model::RankParameters& parameters);

  /// Waits for everything posted, and reduces what is left between copies.
  void finish();

  [[nodiscard]] Posted posted() const { return {emitter_.posted(Slot::data), emitter_.posted(Slot::expert_data)}; }
  void wait_for(const Posted& which);

 private:
  void post(Slot slot, cost::Collective collective, double parameters, double bytes_each);
  void reduce_between_copies();

  const IterationPlan& plan_;
  Emitter& emitter_;
  model::RankParameters scattered_;  ///< not yet reduced between copies
  Posted scattered_as_;
};

}  // namespace sim::program
