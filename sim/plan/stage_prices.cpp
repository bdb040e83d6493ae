#include "sim/plan/stage_prices.hpp"

#include <algorithm>
#include <numeric>

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
  one.strategy.recompute_layers = 0;
  one.strategy.recompute_stages.clear();
  one.strategy.schedule = parallel::ScheduleKind::one_f_one_b;
  one.schedule.reset();
  const parallel::Strategy& s = one.strategy;
  const int cell = s.tp * s.cp;
  const int granule = job.model.experts ? std::max(1, s.ep * s.etp / std::gcd(s.ep * s.etp, cell)) : 1;
  one.strategy.dp = std::max(1, one.fleet.front().count / cell / granule * granule);
  return one;
}

// The model's units, embedding and head at the ends, and the prices behind them, which point into the job.
struct Priced {
  program::PassPricing pricing;
  program::ChunkPrice units;
};

Priced price(const iteration::Job& job) {
  const iteration::FabricView view = iteration::build_fabric(job);
  program::IterationPlan plan;
  plan.model = job.model;
  plan.sharding = iteration::sharding_of(job);
  plan.strategy = job.strategy;
  plan.layout = {{0, job.model.layers, true, true, 0}};
  Priced priced{{iteration::pricing_of(job, job.fleet.front()), job.strategy,
                 iteration::first_group_times(view, job.strategy, 0)},
                {}};
  priced.units = program::price_chunks(plan, priced.pricing).front();
  return priced;
}

}  // namespace

bool can_take_part(const iteration::Job& job, std::size_t entry) {
  const parallel::Strategy& s = job.strategy;
  const iteration::FleetEntry& chips = job.fleet[entry];
  const std::int64_t group = job.model.experts ? std::int64_t{s.ep} * s.etp : 1;
  const bool are_enough = chips.count >= std::max(std::int64_t{s.tp} * s.cp, group);
  return are_enough && chips.chip.peak.count(job.training.precision) > 0 && chips.chip.memory_capacity &&
         chips.chip.memory_bandwidth;
}

int recomputed_layers(const parallel::Strategy& strategy, const std::vector<int>& virtual_stages, int layers) {
  if (strategy.recompute == parallel::Recompute::none) return 0;
  const auto chunks = static_cast<int>(virtual_stages.size());
  int sum = 0;
  for (int chunk = 0; chunk < chunks; ++chunk) {
    const int own = layers / chunks + (chunk < layers % chunks ? 1 : 0);
    int most = strategy.recompute_layers == 0 ? own : strategy.recompute_layers;
    if (!strategy.recompute_stages.empty()) {
      most = strategy.recompute_stages[static_cast<std::size_t>(virtual_stages[static_cast<std::size_t>(chunk)])];
    }
    sum += std::min(own, most);
  }
  return sum;
}

ModelSeconds model_seconds(const iteration::Job& job, std::size_t entry) {
  ModelSeconds seconds;
  seconds.before.resize(static_cast<std::size_t>(job.model.layers) + 1, 0.0);
  if (!can_take_part(job, entry)) return seconds;
  iteration::Job one = alone(job, entry);
  const program::ChunkPrice recomputed = price(one).units;
  one.strategy.recompute = parallel::Recompute::none;
  const Priced plain = price(one);
  seconds.embedding = seconds_of(plain.pricing, plain.units.front());
  seconds.head = seconds_of(plain.pricing, plain.units.back());
  double with_rule = 0;
  for (std::size_t layer = 0; layer + 2 < plain.units.size(); ++layer) {
    seconds.before[layer + 1] = seconds.before[layer] + seconds_of(plain.pricing, plain.units[layer + 1]);
    with_rule += seconds_of(plain.pricing, recomputed[layer + 1]);
  }
  seconds.recompute = (with_rule - seconds.before.back()) / job.model.layers;
  return seconds;
}

}  // namespace sim::plan
