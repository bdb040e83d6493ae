#include "sim/program/chunk_price.hpp"

#include <cmath>
#include <map>

namespace sim::program {
namespace {

using model::OperatorList;
using model::RankParameters;

// Issuing logits and loss costs the host 2.3 layer passes (docs/model.md, "Host").
constexpr double kHeadHostPasses = 2.3;
// The host works 6 % longer for every doubling of tensor parallelism: more kernels and communicators per layer.
constexpr double kHostGrowthPerDoubling = 0.06;

Seconds host_time(const PassPricing& pricing) {
  const double growth = 1 + kHostGrowthPerDoubling * std::log2(pricing.strategy.tp);
  return growth * pricing.kernels.software->host_time_per_layer_pass.value;
}

// Work of many ranks waits for the slowest of them: 0.4 % more for every doubling beyond one node. Assumed, a
// round figure (docs/model.md, "Skew"); it leaves out persistently slow parts.
constexpr double kSkewPerDoubling = 0.004;
constexpr double kSkewFreeRanks = 8;

void add_skew(const PassPricing& pricing, Pieces& pieces) {
  const double doublings = std::log2(pricing.strategy.ranks() / kSkewFreeRanks);
  if (doublings <= 0) return;
  cost::KernelTime lost;
  lost.skew = kSkewPerDoubling * doublings * work_time(pieces).total();
  pieces.push_back({Piece::Kind::work, lost, Slot::tensor, {}, {}});
}

// Adding a micro-batch's weight gradients to the main gradients moves them through memory once more.
Piece accumulation(const PassPricing& pricing, const RankParameters& parameters) {
  const double bytes =
      (parameters.dense + parameters.experts) * pricing.kernels.software->gradient_accumulation_bytes.value;
  return {Piece::Kind::work, cost::traffic_time(pricing.kernels, Bytes(bytes), 1), Slot::tensor, {}, {}};
}

UnitPrice price_unit(const PassPricing& pricing, const OperatorList& operators, const RankParameters& parameters,
                     Seconds host, bool recomputes) {
  UnitPrice unit;
  unit.parameters = parameters;
  unit.forward = forward_pieces(pricing, operators);
  add_host_floor(pricing, unit.forward, host);
  add_skew(pricing, unit.forward);
  Pieces backward = backward_pieces(pricing, operators);
  backward.push_back(accumulation(pricing, parameters));
  add_host_floor(pricing, backward, host);
  add_skew(pricing, backward);
  if (recomputes) unit.backward = unit.forward;
  append(unit.backward, backward);
  return unit;
}

}  // namespace

std::vector<ChunkPrice> price_chunks(const IterationPlan& plan, const PassPricing& pricing) {
  const bool fused = cost::fused_attention(pricing.kernels);
  const bool recomputes = plan.strategy.recompute == parallel::Recompute::full;
  const Seconds host = host_time(pricing);
  std::map<bool, UnitPrice> layers;  // by "has experts": layers of one kind cost the same
  const auto layer_price = [&](bool experts) -> const UnitPrice& {
    const auto known = layers.find(experts);
    if (known != layers.end()) return known->second;
    const OperatorList operators = layer_operators(plan.model, plan.sharding, experts, fused);
    const RankParameters parameters = layer_rank_parameters(plan.model, plan.sharding, experts);
    return layers[experts] = price_unit(pricing, operators, parameters, host, recomputes);
  };
  std::vector<ChunkPrice> chunks;
  for (const parallel::ChunkLayout& layout : plan.layout) {
    ChunkPrice chunk;
    if (layout.has_embedding) {
      chunk.push_back(price_unit(pricing, embedding_operators(plan.model, plan.sharding),
                                 embedding_rank_parameters(plan.model, plan.sharding), Seconds(0), false));
    }
    for (int layer = layout.first_layer; layer < layout.first_layer + layout.layers; ++layer) {
      chunk.push_back(layer_price(has_experts(plan.model, layer)));
    }
    if (layout.has_head) {
      RankParameters head = head_rank_parameters(plan.model, plan.sharding);
      if (!layout.has_embedding) head.dense += tied_table_parameters(plan.model, plan.sharding);
      chunk.push_back(price_unit(pricing, head_operators(plan.model, plan.sharding), head, kHeadHostPasses * host, false));
    }
    chunks.push_back(std::move(chunk));
  }
  return chunks;
}

}  // namespace sim::program
