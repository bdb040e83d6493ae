#include "sim/plan/pass_prices.hpp"

#include <algorithm>
#include <numeric>

#include "sim/iteration/bind.hpp"
#include "sim/model/layer.hpp"
#include "sim/program/chunk_price.hpp"

namespace sim::plan {
namespace {

using program::Piece;

// A rank by itself: work takes its time, exchanges of a slot follow one another, waits end with them.
PassSeconds seconds_of(const program::PassPricing& pricing, const program::Pieces& pieces) {
  PassSeconds seconds;
  std::array<double, program::kSlots> free_at{};
  double now = 0;
  for (const Piece& piece : pieces) {
    const auto slot = static_cast<std::size_t>(piece.slot);
    if (piece.kind == Piece::Kind::work) {
      const double work = (piece.time.total() - piece.time.skew).value();
      seconds.work += work;
      now += work;
    } else if (piece.kind == Piece::Kind::begin) {
      const double time = pricing.exchange_time(piece.slot, piece.collective, piece.bytes).value();
      free_at[slot] = std::max(now, free_at[slot]) + time;
      if (piece.slot == program::Slot::expert) seconds.expert_exchanges += time;
    } else if (piece.later == 0 && free_at[slot] > now) {  // one of several: the earlier ones end before
      (piece.slot == program::Slot::expert ? seconds.expert_waits : seconds.waits) += free_at[slot] - now;
      now = free_at[slot];
    }
  }
  return seconds;
}

UnitSeconds unit_seconds(const program::PassPricing& pricing, const program::UnitPrice& unit) {
  UnitSeconds seconds;
  seconds.forward = seconds_of(pricing, unit.forward);
  seconds.backward = seconds_of(pricing, unit.backward);
  seconds.input = seconds_of(pricing, unit.backward_input);
  seconds.weight = seconds_of(pricing, unit.backward_weight);
  seconds.dense = unit.parameters.dense;
  seconds.experts = unit.parameters.experts;
  seconds.activation_bytes = unit.activation_bytes;
  return seconds;
}

// A pipeline of two, so that the head holds its own copy of a tied table.
program::IterationPlan plan_of(const iteration::Job& job, const parallel::Strategy& strategy) {
  iteration::Job priced;
  priced.training = job.training;
  priced.strategy = strategy;
  program::IterationPlan plan;
  plan.model = job.model;
  plan.sharding = iteration::sharding_of(priced);
  plan.strategy = strategy;
  return plan;
}

// One layer of each kind that the model has, between its ends.
std::vector<parallel::ChunkLayout> one_of_each(const model::Transformer& model) {
  std::vector<parallel::ChunkLayout> layout;
  std::array<bool, 2> seen{};
  for (int layer = 0; layer < model.layers; ++layer) {
    bool& is_seen = seen[model::has_experts(model, layer) ? 1 : 0];
    if (!is_seen) layout.push_back({layer, 1, false, false, 0});
    is_seen = true;
  }
  layout.push_back({0, 0, true, false, 0});
  layout.push_back({0, 0, false, true, 0});
  return layout;
}

// Groups inside a stage lie alike however many replicas there are, so one expert group's worth is enough; kernels do
// not depend on the schedule, but one that splits backward passes prices their parts too.
parallel::Strategy smallest(const iteration::Job& job, parallel::Strategy strategy) {
  strategy.pp = 2;
  strategy.vpp = 1;
  const int cell = strategy.tp * strategy.cp, group = job.model.experts ? strategy.ep * strategy.etp : 1;
  strategy.dp = 1;
  while (strategy.dp * cell % group != 0) ++strategy.dp;
  strategy.stage_layers.clear();
  strategy.recompute_stages.clear();
  strategy.recompute_layers = 0;
  const bool splits = strategy.recompute != parallel::Recompute::full;
  strategy.schedule = splits ? parallel::ScheduleKind::zb_h1 : parallel::ScheduleKind::one_f_one_b;
  return strategy;
}

}  // namespace

PassSeconds& PassSeconds::operator+=(const PassSeconds& other) {
  work += other.work;
  waits += other.waits;
  expert_waits += other.expert_waits;
  expert_exchanges += other.expert_exchanges;
  return *this;
}

parallel::Strategy over_places(const iteration::Job& job, parallel::Strategy strategy) {
  strategy.pp = strategy.vpp = 1;
  const std::int64_t stage = strategy.stage_ranks(), node = std::max(1, job.fleet.front().node.chips);
  strategy.pp =
      static_cast<int>(std::max<std::int64_t>(1, std::min<std::int64_t>(std::lcm(stage, node), job.chips()) / stage));
  return strategy;
}

std::vector<ModelPrices> model_prices(const iteration::Job& job, const iteration::FabricView& view,
                                      const parallel::Strategy& strategy,
                                      const std::vector<parallel::Recompute>& rules) {
  using program::Slot;
  const auto times = iteration::fastest_group_times(view, over_places(job, smallest(job, strategy)),
                                                    {Slot::tensor, Slot::expert_tensor, Slot::expert, Slot::context});
  const cost::KernelPricing kernels = iteration::pricing_of(job, job.fleet.front());
  const std::vector<parallel::ChunkLayout> layout = one_of_each(job.model);
  const auto fill = [&](parallel::Recompute rule, ModelPrices& prices, std::array<UnitSeconds, 2>& layers) {
    parallel::Strategy ruled = strategy;
    ruled.recompute = rule;
    const parallel::Strategy priced = smallest(job, ruled);
    program::IterationPlan plan = plan_of(job, priced);
    plan.layout = layout;
    prices.table_copy = model::tied_table_parameters(job.model, plan.sharding);
    const program::PassPricing pricing{kernels, priced, times};
    const std::vector<program::ChunkPrice> chunks = program::price_chunks(plan, pricing);
    for (std::size_t i = 0; i + 2 < chunks.size(); ++i)
      layers[model::has_experts(job.model, layout[i].first_layer) ? 1 : 0] = unit_seconds(pricing, chunks[i].front());
    prices.embedding = unit_seconds(pricing, chunks[chunks.size() - 2].front());
    prices.head = unit_seconds(pricing, chunks.back().front());
    const auto added = [&](double parameters) {
      const Bytes bytes(parameters * kernels.software->gradient_accumulation_bytes.value);
      return cost::traffic_time(kernels, bytes, 1).total().value();
    };
    prices.table_add = added(prices.head.dense) - added(prices.head.dense - prices.table_copy);
  };
  ModelPrices plain;
  fill(parallel::Recompute::none, plain, plain.kept_layer);
  plain.layer = plain.kept_layer;
  std::vector<ModelPrices> all;
  for (const parallel::Recompute rule : rules) {
    all.push_back(plain);
    if (rule != parallel::Recompute::none) fill(rule, all.back(), all.back().layer);
  }
  return all;
}

}  // namespace sim::plan
