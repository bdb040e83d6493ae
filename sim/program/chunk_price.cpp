#include "sim/program/chunk_price.hpp"

#include <algorithm>
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
  const double share = skew_share(pricing.strategy.ranks());
  if (share <= 0) return;
  cost::KernelTime lost;
  lost.skew = share * work_time(pieces).total();
  pieces.push_back({Piece::Kind::work, lost, Slot::tensor, {}, {}, 0, {}, {"skew of many ranks", {}}});
}

// Adding a micro-batch's weight gradients to the main gradients moves them through memory once more.
Piece accumulation(const PassPricing& pricing, const RankParameters& parameters) {
  const double bytes =
      (parameters.dense + parameters.experts) * pricing.kernels.software->gradient_accumulation_bytes.value;
  const cost::KernelTime time = cost::traffic_time(pricing.kernels, Bytes(bytes), 1);
  return {Piece::Kind::work, time, Slot::tensor, {}, {}, 0, {}, {"add to gradients", {}}};
}

// The host issues the kernels of both gradients; of an operator's two or three backward kernels the weight gradient is
// one. Assumed: a third.
constexpr double kWeightGradientHostShare = 1.0 / 3.0;

/// One unit and the rules that hold for it.
struct Unit {
  const OperatorList& operators;
  RankParameters parameters;
  Seconds host;
  parallel::Recompute recompute = parallel::Recompute::none;
};

Pieces finished(const PassPricing& pricing, Pieces pieces, Seconds host) {
  add_host_floor(pricing, pieces, host);
  add_skew(pricing, pieces);
  return pieces;
}

Pieces backward_of(const PassPricing& pricing, const Unit& unit, Gradients gradients, double host_share) {
  Pieces pieces = backward_pieces(pricing, unit.operators, unit.recompute, gradients);
  if (gradients != Gradients::input) pieces.push_back(accumulation(pricing, unit.parameters));
  return finished(pricing, std::move(pieces), host_share * unit.host);
}

UnitPrice price_unit(const PassPricing& pricing, const Unit& unit) {
  UnitPrice price;
  price.parameters = unit.parameters;
  price.forward = finished(pricing, forward_pieces(pricing, unit.operators), unit.host);
  if (unit.recompute == parallel::Recompute::full) price.backward = price.forward;
  append(price.backward, backward_of(pricing, unit, Gradients::both, 1));
  if (!pricing.strategy.splits_backward()) return price;
  price.backward_input = backward_of(pricing, unit, Gradients::input, 1 - kWeightGradientHostShare);
  price.backward_weight = backward_of(pricing, unit, Gradients::weight, kWeightGradientHostShare);
  return price;
}

/// Prices units; layers of one kind cost the same, so each kind is priced once.
class UnitPrices {
 public:
  UnitPrices(const IterationPlan& plan, const PassPricing& pricing)
      : plan_(plan), pricing_(pricing), fused_(cost::fused_attention(pricing.kernels)), host_(host_time(pricing)) {}

  [[nodiscard]] UnitPrice embedding() const {
    const OperatorList operators = embedding_operators(plan_.model, plan_.sharding);
    UnitPrice price =
        price_unit(pricing_, {operators, embedding_rank_parameters(plan_.model, plan_.sharding), Seconds(0)});
    price.activation_bytes = parallel::saved_bytes(operators, parallel::Recompute::none, plan_.sharding);
    return price;
  }

  [[nodiscard]] UnitPrice head(bool holds_table_copy) const {
    const OperatorList operators = head_operators(plan_.model, plan_.sharding);
    RankParameters parameters = head_rank_parameters(plan_.model, plan_.sharding);
    if (holds_table_copy) parameters.dense += tied_table_parameters(plan_.model, plan_.sharding);
    UnitPrice price = price_unit(pricing_, {operators, parameters, kHeadHostPasses * host_});
    price.activation_bytes = parallel::saved_bytes(operators, parallel::Recompute::none, plan_.sharding);
    return price;
  }

  const UnitPrice& layer(bool experts, parallel::Recompute recompute) {
    const auto [place, is_new] = layers_.try_emplace({experts, recompute});
    if (!is_new) return place->second;
    const OperatorList operators = layer_operators(plan_.model, plan_.sharding, experts, fused_);
    const RankParameters parameters = layer_rank_parameters(plan_.model, plan_.sharding, experts);
    place->second = price_unit(pricing_, {operators, parameters, host_, recompute});
    place->second.gathers = pricing_.kernels.software->zero3.gathers_a_layer;
    place->second.activation_bytes =
        parallel::layer_activation_bytes(plan_.model, plan_.sharding, recompute, experts, fused_);
    return place->second;
  }

 private:
  const IterationPlan& plan_;
  const PassPricing& pricing_;
  bool fused_;
  Seconds host_;
  std::map<std::pair<bool, parallel::Recompute>, UnitPrice> layers_;
};

double work_of(const Pieces& pieces) {
  return work_time(pieces).total().value();
}

}  // namespace

double skew_share(int ranks) {
  return std::max(0.0, kSkewPerDoubling * std::log2(ranks / kSkewFreeRanks));
}

std::vector<ChunkPrice> price_chunks(const IterationPlan& plan, const PassPricing& pricing) {
  UnitPrices prices(plan, pricing);
  // Where one stage has both ends of the model, it holds the table once.
  const bool is_one_stage = plan.strategy.pp == 1 || plan.strategy.placement() != parallel::Placement::wrap;
  std::vector<ChunkPrice> chunks;
  for (const parallel::ChunkLayout& layout : plan.layout) {
    ChunkPrice chunk;
    if (layout.has_embedding) chunk.push_back(prices.embedding());
    for (int index = 0; index < layout.layers; ++index) {
      const bool experts = has_experts(plan.model, layout.first_layer + index);
      chunk.push_back(prices.layer(experts, parallel::recompute_of(plan.strategy, layout.virtual_stage, index)));
    }
    if (layout.has_head) chunk.push_back(prices.head(!is_one_stage));
    chunks.push_back(std::move(chunk));
  }
  return chunks;
}

std::vector<parallel::PassTimes> pass_times(const std::vector<ChunkPrice>& chunks) {
  std::vector<parallel::PassTimes> times;
  for (const ChunkPrice& chunk : chunks) {
    parallel::PassTimes sum{0, 0, 0};
    for (const UnitPrice& unit : chunk) {
      sum.forward += work_of(unit.forward);
      sum.input += work_of(unit.backward_input);
      sum.weight += work_of(unit.backward_weight);
    }
    times.push_back(sum);
  }
  return times;
}

}  // namespace sim::program
