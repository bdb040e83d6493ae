#pragma once

#include <vector>

#include "sim/program/build.hpp"

namespace sim::program {

/// One unit of a chunk: the embedding, a layer or the head, with its two passes and what it owns on this rank.
struct UnitPrice {
  Pieces forward;
  Pieces backward;
  model::RankParameters parameters;
};

/// Units of a chunk in forward order.
using ChunkPrice = std::vector<UnitPrice>;

/// Prices of all virtual stages on one kind of chip.
[[nodiscard]] std::vector<ChunkPrice> price_chunks(const IterationPlan& plan, const PassPricing& pricing);

}  // namespace sim::program
