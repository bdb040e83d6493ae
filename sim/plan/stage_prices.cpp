#include "sim/plan/stage_prices.hpp"

#include <algorithm>

#include "sim/base/error.hpp"
#include "sim/iteration/bind.hpp"
#include "sim/program/chunk_price.hpp"

namespace sim::plan {
namespace {

double seconds_of(const program::PassPricing& pricing, const program::UnitPrice& unit) {
  double seconds = 0;
  for (const program::Pieces* pieces : {&unit.forward, &unit.backward}) {
    for (const program::Piece& piece : *pieces) {
      seconds += piece.time.total().value();
      if (piece.kind != program::Piece::Kind::begin) continue;
      seconds += pricing.exchange_time(piece.slot, piece.collective, piece.bytes).value();
    }
  }
  return seconds;
}

// The entry by itself, whole replicas of one stage: the groups inside a stage lie as they do in the job.
iteration::Job alone(const iteration::Job& job, std::size_t entry) {
  iteration::Job one = job;
  one.fleet = {job.fleet[entry]};
  one.fabric = job.fabric_of(job.fleet[entry]);
  one.network.reset();
  if (const hardware::NetworkKind* network = job.network_of(job.fleet[entry])) one.network = *network;
  one.fleet.front().fabric.reset();
  one.fleet.front().network.reset();
  one.join.reset();
  one.join_network.reset();
  one.division = {};
  one.degradations.clear();
  one.strategy.pp = one.strategy.vpp = 1;
  one.strategy.stage_layers.clear();
  one.strategy.recompute_stages.clear();
  one.strategy.schedule = parallel::ScheduleKind::one_f_one_b;
  one.schedule.reset();
  one.strategy.dp = std::max(1, one.fleet.front().count / (one.strategy.tp * one.strategy.cp));
  return one;
}

}  // namespace

ModelSeconds model_seconds(const iteration::Job& job, std::size_t entry) {
  const iteration::Job one = alone(job, entry);
  if (one.strategy.ranks() > one.chips()) {
    throw infeasible("fleet." + std::to_string(entry) + ".count: fewer chips than one stage of tp x cp = " +
                     std::to_string(one.strategy.tp * one.strategy.cp));
  }
  const iteration::FabricView view = iteration::build_fabric(one);
  program::IterationPlan plan;
  plan.model = one.model;
  plan.sharding = iteration::sharding_of(one);
  plan.strategy = one.strategy;
  plan.layout = {{0, one.model.layers, true, true, 0}};
  const program::PassPricing pricing{iteration::pricing_of(one, one.fleet.front()), one.strategy,
                                     iteration::first_group_times(view, one.strategy, 0)};
  const program::ChunkPrice units = program::price_chunks(plan, pricing).front();
  ModelSeconds seconds;
  seconds.embedding = seconds_of(pricing, units.front());
  seconds.head = seconds_of(pricing, units.back());
  for (std::size_t unit = 1; unit + 1 < units.size(); ++unit) {
    seconds.before.push_back(seconds.before.back() + seconds_of(pricing, units[unit]));
  }
  return seconds;
}

}  // namespace sim::plan
