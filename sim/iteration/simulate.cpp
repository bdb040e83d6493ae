#include "sim/iteration/simulate.hpp"

#include <algorithm>
#include <cmath>
#include <ctime>
#include <numeric>
#include <utility>

#include "sim/base/error.hpp"
#include "sim/iteration/critical_path.hpp"
#include "sim/iteration/placement.hpp"
#include "sim/iteration/prepare.hpp"
#include "sim/iteration/variants.hpp"

namespace sim::iteration {
namespace {

double cpu_seconds() {
  return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

// Share of the layers that the recompute rule holds for.
double recomputed_share(const Job& job) {
  int recomputed = 0;
  for (const parallel::ChunkLayout& chunk : parallel::make_layout(job.strategy, job.model.layers)) {
    for (int index = 0; index < chunk.layers; ++index) {
      const parallel::Recompute rule = parallel::recompute_of(job.strategy, chunk.virtual_stage, index);
      recomputed += rule == parallel::Recompute::none ? 0 : 1;
    }
  }
  return static_cast<double>(recomputed) / job.model.layers;
}

// Of the products of all layers, by FLOP.
double alternate_share(const Job& job) {
  double repeated = 0, whole = 0;
  for (int layer = 0; layer < job.model.layers; ++layer) {
    const bool experts = model::has_experts(job.model, layer);
    for (const model::Operator& op : model::layer_operators(job.model, sharding_of(job), experts, true)) {
      const auto* const product = std::get_if<model::MatrixProduct>(&op.what);
      if (product == nullptr) continue;
      const double flops = static_cast<double>(product->m) * static_cast<double>(product->n) *
                           static_cast<double>(product->k) * product->groups;
      repeated += product->alternate_share * flops;
      whole += flops;
    }
  }
  return repeated / whole;
}

void add_flops(const Job& job, IterationResult& result) {
  const double tokens = job.training.tokens_per_step();
  const model::FlopsPerToken each =
      model::training_flops_per_token(job.model, job.training.sequence_length, job.training.document_length);
  result.tokens = tokens;
  result.model_flops = each.total() * tokens;
  result.six_nd_flops = each.parameters * tokens;
  // Forward passes are a third of the training FLOP; full recompute repeats them but for the logits, selective
  // recompute repeats the attention core.
  double repeated = 0;
  if (job.strategy.recompute == parallel::Recompute::full) repeated = (each.parameters + each.attention) / 3;
  if (job.strategy.recompute == parallel::Recompute::selective) repeated = each.attention / 3;
  if (job.strategy.recompute == parallel::Recompute::alternate) repeated = alternate_share(job) * each.parameters / 3;
  result.hardware_flops = result.model_flops + repeated * recomputed_share(job) * tokens;
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
  RankTime time{pacing, static_cast<int>(pacing) / stage_ranks, 0, ledger.seconds(actor)};
  double booked = 0;
  for (const double part : time.staves) booked += part;
  time.staves[index(Stave::bubble)] = iteration_seconds - booked;
  return time;
}

/// Notes the CPU time since its making or the last note.
class PhaseClock {
 public:
  explicit PhaseClock(std::vector<PhaseTime>& phases) : phases_(phases), last_(cpu_seconds()) {}
  void ends(const char* name) {
    const double now = cpu_seconds();
    phases_.push_back({name, now - last_});
    last_ = now;
  }

 private:
  std::vector<PhaseTime>& phases_;
  double last_;
};

// The chain of the actor that ends last; of one whose stage carries its skew on, from where its iteration began.
StaveSeconds critical_path_of(const Job& job, const Prepared& prepared, const std::vector<cost::KernelTime>& labels) {
  CriticalPath path(prepared.system, labels);
  const engine::RunResult run = engine::Run<CriticalPath>(prepared.system, path).run();
  StaveSeconds longest{};
  double most = -1;
  for (std::uint32_t actor = 0; actor < prepared.system.actors(); ++actor) {
    StaveSeconds staves = path.of(actor);
    double sum = 0;
    for (std::size_t stave = 0; stave < staves.size(); ++stave) {
      if (job.strategy.carries_skew()) staves[stave] -= path.before(actor)[stave];
      sum += staves[stave];
    }
    if (run.finish[actor] < run.end && !job.strategy.carries_skew()) continue;
    if (std::exchange(most, std::max(most, sum)) < sum) longest = staves;
  }
  return longest;
}

// Runs a prepared system with its books and makes it the answer.
Ledger run_answer(const Job& job, const Prepared& prepared, const std::vector<cost::KernelTime>& labels,
                  const Options& options, IterationResult& result) {
  check_budget(prepared.system, options.event_budget);
  Ledger ledger(prepared.system, labels);
  const engine::RunResult run = engine::Run<Ledger>(prepared.system, ledger).run();
  result.seconds = period_of(job, run, ledger).seconds();
  result.finish.clear();
  for (const std::uint32_t actor : prepared.actor_of_rank) result.finish.push_back(run.finish[actor]);
  result.pacing = find_pacing(ledger, prepared.actor_of_rank, job.strategy.stage_ranks(), result.seconds.value());
  result.pacing.entry = entry_of_rank(job, result.pacing.rank);
  result.simulation.ranks = prepared.actor_of_rank.size();
  result.simulation.cells = prepared.system.actors();
  result.simulation.events = run.events;
  result.simulation.folded = result.simulation.certified = options.fold;
  return ledger;
}

// The same with paces that give every rank the same time of its own.
void run_levelled(const Job& job, Prepared prepared, const Ledger& ledger, const std::vector<cost::KernelTime>& labels,
                  const Options& options, IterationResult& result) {
  std::vector<double> own, skew;
  for (std::uint32_t actor = 0; actor < prepared.system.actors(); ++actor) {
    const StaveSeconds& staves = ledger.seconds(actor);
    own.push_back(std::accumulate(staves.begin(), staves.end(), 0.0));
    skew.push_back(staves[index(Stave::imbalance)]);
  }
  stretch_programs(prepared.system, levelling_stretch(prepared.system, own, skew, prepared.actor_of_rank));
  run_answer(job, prepared, labels, options, result);
}

double seconds_of(const Job& job, const Prepared& prepared, const Options& options) {
  check_budget(prepared.system, options.event_budget);
  BeginObserver observer(prepared.system.actors());
  const engine::RunResult run = engine::Run<BeginObserver>(prepared.system, observer).run();
  return period_of(job, run, observer).seconds().value();
}

// Without shared links nothing can amplify a difference of pace. Two kinds of replicas show whether it grows; where it
// grows more than tenfold the symmetric run is only one of many, so the answer is a run with eight kinds that differ by
// 1e-3, as real replicas do, and further draws give its spread (docs/model.md, "Folding").
void check_stability(const Job& job, const Bound& bound, const Options& options, IterationResult& result) {
  constexpr double kProbe = 1e-6, kWorrying = 10;
  constexpr std::uint64_t kDraws = 3;
  if (bound.system.rows.resource.empty() || job.strategy.dp == 1) return;
  const double probed = seconds_of(job, prepare_phased(job, bound, options.fold, {2, kProbe, 1}), options);
  result.simulation.instability = std::abs(probed / result.seconds.value() - 1) / kProbe;
  if (result.simulation.instability <= kWorrying) return;
  run_answer(job, prepare_phased(job, bound, options.fold, kRealisticPhases), bound.labels, options, result);
  Spread spread{result.seconds.value(), result.seconds.value() / kDraws, result.seconds.value()};
  for (std::uint64_t seed = 2; seed <= kDraws; ++seed) {
    const Phases phases{kRealisticPhases.count, kRealisticPhases.noise, seed};
    const double seconds = seconds_of(job, prepare_phased(job, bound, options.fold, phases), options);
    spread.least = std::min(spread.least, seconds);
    spread.most = std::max(spread.most, seconds);
    spread.mean += seconds / kDraws;
  }
  result.simulation.spread = spread;
}

}  // namespace

FlopsPerSecond working_peak(const Job& job) {
  FlopsPerSecond sum;
  const std::vector<int> used = used_chips(job);
  for (std::size_t entry = 0; entry < used.size(); ++entry) {
    if (used[entry] == 0) continue;
    sum += static_cast<double>(used[entry]) * job.fleet[entry].chip.peak.at(job.training.precision).value;
  }
  return sum;
}

double steps_of(const Job& job) {
  return std::ceil(job.training.tokens / job.training.tokens_per_step());
}

IterationResult simulate(const Job& job, const Options& options) {
  check_feasible(job);
  IterationResult result;
  result.memory = job_memory(job);
  if (options.check_memory) check_memory(job, result.memory);
  add_flops(job, result);
  PhaseClock clock(result.simulation.phases);
  const FabricView view = build_fabric(job);
  clock.ends("fabric");
  program::IterationPrograms programs = program::build_programs(make_plan(job, view));
  clock.ends("programs");
  Bound bound = bind(view, job.strategy, std::move(programs));
  if (options.without == Without::pipeline_waits) drop_pipeline_waits(bound.system);
  engine::check_consistent(bound.system);
  clock.ends("bind");
  const Prepared prepared = prepare(bound.system, options.fold);
  clock.ends("fold");
  const Ledger ledger = run_answer(job, prepared, bound.labels, options, result);
  if (options.without == Without::imbalance) run_levelled(job, prepared, ledger, bound.labels, options, result);
  clock.ends("run");
  if (options.critical_path) {
    result.critical_path = critical_path_of(job, prepared, bound.labels);
    clock.ends("critical path");
  }
  if (options.check_stability) {
    check_stability(job, bound, options, result);
    clock.ends("stability");
  }
  for (const PhaseTime& phase : result.simulation.phases) result.simulation.cpu_seconds += phase.cpu_seconds;
  return result;
}

}  // namespace sim::iteration
