#include "sim/iteration/simulate.hpp"

#include <cmath>
#include <ctime>

#include "sim/fold/fold.hpp"
#include "sim/iteration/bind.hpp"

namespace sim::iteration {
namespace {

double cpu_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

program::IterationPlan make_plan(const Job& job, const FabricView& view) {
  const parallel::Strategy& strategy = job.strategy;
  program::IterationPlan plan;
  plan.model = job.model;
  plan.sharding = sharding_of(job);
  plan.strategy = strategy;
  plan.layout = parallel::make_layout(strategy, job.model.layers);
  plan.schedule = parallel::make_schedule(strategy.schedule, strategy.pp, strategy.vpp, job.micro_batches());
  plan.state = job.training.state;
  plan.gradient_wire_bytes = job.training.gradient_wire_bytes;
  const auto exchange_time = first_group_times(view, strategy);
  for (const FleetEntry& entry : job.fleet) plan.chips.push_back({pricing_of(job, entry), strategy, exchange_time});
  return plan;
}

void add_flops(const Job& job, IterationResult& result) {
  const double tokens = job.training.tokens_per_step();
  const model::FlopsPerToken each = model::training_flops_per_token(job.model, job.training.sequence_length);
  result.tokens = tokens;
  result.model_flops = each.total() * tokens;
  result.six_nd_flops = each.parameters * tokens;
  // Forward passes are a third of the training FLOP; full recompute repeats them but for the logits, selective recompute
  // repeats the attention core.
  double repeated = 0;
  if (job.strategy.recompute == parallel::Recompute::full) repeated = (each.parameters + each.attention) / 3;
  if (job.strategy.recompute == parallel::Recompute::selective) repeated = each.attention / 3;
  result.hardware_flops = result.model_flops + repeated * tokens;
  result.ideal_compute = Flops(result.model_flops) / working_peak(job);
}

// The pacing rank computes most; whatever it waits for others it waits for ranks with the same work or less.
RankTime find_pacing(const Ledger& ledger, const std::vector<std::uint32_t>& actor_of_rank, int stage_ranks,
                     double iteration_seconds) {
  std::uint32_t pacing = 0;
  for (std::uint32_t rank = 1; rank < actor_of_rank.size(); ++rank) {
    if (ledger.busy(actor_of_rank[rank]) > ledger.busy(actor_of_rank[pacing])) pacing = rank;
  }
  const std::uint32_t actor = actor_of_rank[pacing];
  RankTime time{pacing, static_cast<int>(pacing) / stage_ranks, ledger.seconds(actor)};
  double booked = 0;
  for (const double part : time.staves) booked += part;
  time.staves[Ledger::index(Stave::bubble)] = iteration_seconds - booked;
  return time;
}

}  // namespace

FlopsPerSecond working_peak(const Job& job) {
  FlopsPerSecond sum;
  int left = job.strategy.ranks();
  for (const FleetEntry& entry : job.fleet) {
    const int working = std::min(left, entry.count);
    sum += static_cast<double>(working) * entry.chip.peak.at(job.training.precision).value;
    left -= working;
  }
  return sum;
}

double steps_of(const Job& job) { return std::ceil(job.training.tokens / job.training.tokens_per_step()); }

IterationResult simulate(const Job& job, const Options& options) {
  check_feasible(job);
  IterationResult result;
  result.memory = job_memory(job);
  if (options.check_memory) check_memory(job, result.memory);
  add_flops(job, result);

  const double start = cpu_seconds();
  const FabricView view = build_fabric(job);
  Bound bound = bind(view, job.strategy, program::build_programs(make_plan(job, view)));
  engine::check_consistent(bound.system);
  const std::uint32_t ranks = bound.system.actors();
  std::vector<std::uint32_t> actor_of_rank(ranks);
  for (std::uint32_t rank = 0; rank < ranks; ++rank) actor_of_rank[rank] = rank;
  if (options.fold) {
    fold::Folded folded = fold::fold(bound.system);
    bound.system = std::move(folded.system);
    actor_of_rank = std::move(folded.actor);
  }
  Ledger ledger(bound.system, bound.labels);
  const engine::RunResult run = engine::Run<Ledger>(bound.system, ledger).run();
  result.seconds = run.end.seconds();
  for (const std::uint32_t actor : actor_of_rank) result.finish.push_back(run.finish[actor]);
  result.pacing = find_pacing(ledger, actor_of_rank, job.strategy.stage_ranks(), result.seconds.value());
  result.simulation = {ranks,        bound.system.actors(), run.events, cpu_seconds() - start,
                       options.fold, options.fold};
  return result;
}

}  // namespace sim::iteration
