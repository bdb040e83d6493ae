#pragma once

#include <vector>

#include "sim/program/build.hpp"

namespace sim::program {

/// One unit of a chunk: the embedding, a layer or the head, with its passes and what it owns on this rank.
struct UnitPrice {
  Pieces forward;
  Pieces backward;
  Pieces backward_input;   ///< where the schedule splits the backward pass, else empty
  Pieces backward_weight;  ///< the same
  model::RankParameters parameters;
  int gathers = 1;              ///< exchanges that bring sharded parameters
  double activation_bytes = 0;  ///< B that a micro-batch leaves for its backward pass
};

/// Share of its work that a rank of so many waits for the slowest of them, >= 0.
[[nodiscard]] double skew_share(int ranks);

/// Units of a chunk in forward order.
using ChunkPrice = std::vector<UnitPrice>;

/// Prices of all virtual stages on one kind of chip.
[[nodiscard]] std::vector<ChunkPrice> price_chunks(const IterationPlan& plan, const PassPricing& pricing);

/// Computing time of the passes through every virtual stage, s, for schedules that are made for it.
[[nodiscard]] std::vector<parallel::PassTimes> pass_times(const std::vector<ChunkPrice>& chunks);

}  // namespace sim::program
