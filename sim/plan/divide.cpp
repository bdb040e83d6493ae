#include "sim/plan/divide.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <numeric>
#include <optional>
#include <set>
#include <utility>

#include "sim/base/error.hpp"
#include "sim/iteration/placement.hpp"
#include "sim/iteration/simulate.hpp"
#include "sim/plan/layer_split.hpp"
#include "sim/plan/replica_shares.hpp"
#include "sim/plan/stage_prices.hpp"

namespace sim::plan {
namespace {

using iteration::Division;
using iteration::Job;
using By = Division::By;

constexpr double kNever = std::numeric_limits<double>::infinity();
constexpr std::size_t kFinalists = 3;

/// A way to divide the job, with the planner's estimate of its iteration, s.
struct Candidate {
  Job job;
  double estimate = 0;
};

bool is_open(const Job& job) {
  const Division& division = job.division;
  return division.by == By::automatic || (division.by != By::order && division.shares.empty()) || job.strategy.dp == 0;
}

bool may_be(const Job& job, By by) {
  return job.division.by == By::automatic || job.division.by == by;
}

bool are_equal_chips(const Job& job) {
  return std::all_of(job.fleet.begin(), job.fleet.end(), [&](const iteration::FleetEntry& entry) {
    return entry.chip.id == job.fleet.front().chip.id && entry.node.id == job.fleet.front().node.id;
  });
}

std::int64_t micro_batches_of_step(const Job& job) {
  return job.training.global_batch / job.strategy.micro_batch;
}

// Where the chunks of a stage stand in the model, before there is an order of tasks.
parallel::Schedule places(const parallel::Strategy& s) {
  return {s.pp, s.vpp, 1, s.placement(), {}};
}

/// Gives stages to entries and layers to stages.
class StageDivider {
 public:
  StageDivider(const Job& job, const std::vector<ModelSeconds>& seconds) : job_(job), seconds_(seconds) {}

  std::vector<Candidate> candidates() {
    if (job_.strategy.dp == 0 && !choose_replicas()) return {};
    if (!job_.division.shares.empty()) {
      add(job_.division.shares);
    } else {
      std::vector<int> shares;
      choose(shares, job_.strategy.pp);
    }
    return std::move(found_);
  }

 private:
  [[nodiscard]] int room(std::size_t entry) const {
    return can_take_part(job_, entry) ? job_.fleet[entry].count / job_.strategy.stage_ranks() : 0;
  }

  // As many replicas as leave room for all stages, and divide the batch.
  bool choose_replicas() {
    parallel::Strategy& s = job_.strategy;
    for (s.dp = std::max(1, job_.chips() / (s.tp * s.cp * s.pp)); s.dp > 0; --s.dp) {
      int stages = 0;
      for (std::size_t entry = 0; entry < job_.fleet.size(); ++entry) stages += room(entry);
      const bool experts_divide = !job_.model.experts || s.stage_ranks() % (s.ep * s.etp) == 0;
      if (stages >= s.pp && micro_batches_of_step(job_) % s.dp == 0 && experts_divide) return true;
    }
    return false;
  }

  void choose(std::vector<int>& shares, int left) {
    const std::size_t entry = shares.size();
    if (entry == job_.fleet.size()) {
      if (left == 0) add(shares);
      return;
    }
    for (int share = std::min(left, room(entry)); share >= 0; --share) {
      shares.push_back(share);
      choose(shares, left - share);
      shares.pop_back();
    }
  }

  void add(const std::vector<int>& shares) {
    Candidate candidate{job_, 0};
    candidate.job.division = {By::stages, shares, {}};
    const bool balances = job_.strategy.stage_layers.empty() && !are_equal_chips(job_);
    if (balances && !balance(candidate.job)) return;
    candidate.estimate = estimate(candidate.job);
    found_.push_back(std::move(candidate));
  }

  /// What a stage's time depends on besides its layers.
  struct Stage {
    const ModelSeconds* chip = nullptr;
    double ends = 0;         ///< s, of embedding and head where it has them
    std::vector<int> parts;  ///< its virtual stages
  };

  [[nodiscard]] std::vector<Stage> stages_of(const Job& job) const {
    const parallel::Schedule where = places(job.strategy);
    std::vector<Stage> stages;
    for (int index = 0; index < where.pp; ++index) {
      Stage stage{&seconds_[iteration::entry_of_stage(job, index)], 0, {}};
      for (int chunk = 0; chunk < where.chunks; ++chunk) {
        stage.parts.push_back(where.virtual_stage({index, chunk}));
        if (stage.parts.back() == 0) stage.ends += stage.chip->embedding;
        if (stage.parts.back() == where.virtual_stages() - 1) stage.ends += stage.chip->head;
      }
      stages.push_back(std::move(stage));
    }
    return stages;
  }

  [[nodiscard]] double cost(const Stage& stage, int first, int count) const {
    const int recomputed = recomputed_layers(job_.strategy, stage.parts, count);
    return stage.ends + stage.chip->layers(first, count) + recomputed * stage.chip->recompute;
  }

  // Stages that do not fit into memory get a layer less, until all fit.
  [[nodiscard]] bool balance(Job& job) const {
    const parallel::Strategy& s = job.strategy;
    std::vector<int> most(static_cast<std::size_t>(s.pp), job.model.layers);
    const std::vector<Stage> stages = stages_of(job);
    for (int attempt = 0; attempt < 4 * job.model.layers; ++attempt) {
      const std::vector<int> split = split_layers(s.pp, job.model.layers, [&](int stage, int first, int count) {
        const auto at = static_cast<std::size_t>(stage);
        return count < s.vpp || count > most[at] ? kNever : cost(stages[at], first, count);
      });
      if (split.empty()) return false;
      spread(split, job.strategy);
      if (!lower_where_full(job, split, most)) return true;
    }
    return false;
  }

  // Layers of a stage over its chunks, the remainder to the first.
  static void spread(const std::vector<int>& split, parallel::Strategy& s) {
    const parallel::Schedule where = places(s);
    s.stage_layers.assign(static_cast<std::size_t>(where.virtual_stages()), 0);
    for (int stage = 0; stage < s.pp; ++stage) {
      const int layers = split[static_cast<std::size_t>(stage)];
      for (int chunk = 0; chunk < s.vpp; ++chunk) {
        const int own = layers / s.vpp + (chunk < layers % s.vpp ? 1 : 0);
        s.stage_layers[static_cast<std::size_t>(where.virtual_stage({stage, chunk}))] = own;
      }
    }
  }

  static bool lower_where_full(const Job& job, const std::vector<int>& split, std::vector<int>& most) {
    bool lowered = false;
    for (const parallel::StageMemory& memory : iteration::job_memory(job)) {
      const auto stage = static_cast<std::size_t>(memory.stage);
      if (memory.total() <= iteration::stage_capacity(job, memory.stage)) continue;
      most[stage] = split[stage] - 1;
      lowered = true;
    }
    return lowered;
  }

  [[nodiscard]] double estimate(const Job& job) const {
    const parallel::Strategy& s = job.strategy;
    double slowest = 0;
    const std::vector<parallel::ChunkLayout> layout = parallel::make_layout(s, job.model.layers);
    for (const Stage& stage : stages_of(job)) {
      double sum = stage.ends;
      int layers = 0;
      for (const int part : stage.parts) {
        const parallel::ChunkLayout& chunk = layout[static_cast<std::size_t>(part)];
        sum += stage.chip->layers(chunk.first_layer, chunk.layers);
        layers += chunk.layers;
      }
      slowest = std::max(slowest, sum + recomputed_layers(s, stage.parts, layers) * stage.chip->recompute);
    }
    return slowest * (job.micro_batches() + static_cast<double>(s.pp - 1) / s.vpp);
  }

  Job job_;
  const std::vector<ModelSeconds>& seconds_;
  std::vector<Candidate> found_;
};

double slowest_stage(const Job& job, const ModelSeconds& seconds) {
  const parallel::Schedule where = places(job.strategy);
  const std::vector<parallel::ChunkLayout> layout = parallel::make_layout(job.strategy, job.model.layers);
  double slowest = 0;
  for (int stage = 0; stage < where.pp; ++stage) {
    double sum = 0;
    int layers = 0;
    std::vector<int> parts;
    for (int chunk = 0; chunk < where.chunks; ++chunk) {
      parts.push_back(where.virtual_stage({stage, chunk}));
      const parallel::ChunkLayout& part = layout[static_cast<std::size_t>(parts.back())];
      sum += seconds.layers(part.first_layer, part.layers) + (part.has_embedding ? seconds.embedding : 0) +
             (part.has_head ? seconds.head : 0);
      layers += part.layers;
    }
    slowest = std::max(slowest, sum + recomputed_layers(job.strategy, parts, layers) * seconds.recompute);
  }
  return slowest;
}

// Replicas by entry and micro-batches by speed.
std::vector<Candidate> replica_candidates(const Job& job, const std::vector<ModelSeconds>& seconds) {
  const parallel::Strategy& s = job.strategy;
  std::vector<ReplicaSpeed> speeds;
  const int group = job.model.experts ? s.ep * s.etp : 1;
  const int granule = group / std::gcd(group, s.tp * s.cp);  // replicas that hold whole expert groups
  for (std::size_t entry = 0; entry < job.fleet.size(); ++entry) {
    const int most = can_take_part(job, entry) ? job.fleet[entry].count / (s.tp * s.cp * s.pp) : 0;
    speeds.push_back({most, granule, slowest_stage(job, seconds[entry])});
  }
  if (!job.division.shares.empty()) {
    for (std::size_t entry = 0; entry < speeds.size(); ++entry) speeds[entry].most = job.division.shares[entry];
  }
  const double ramp = static_cast<double>(s.pp - 1) / s.vpp;
  std::vector<Candidate> found;
  for (const ReplicaShares& shares : share_replicas(speeds, micro_batches_of_step(job), ramp, s.dp, s.zero >= 2)) {
    if (!job.division.shares.empty() && shares.replicas != job.division.shares) continue;
    Candidate candidate{job, shares.seconds};
    candidate.job.division = {By::replicas, shares.replicas, shares.micro_batches};
    candidate.job.strategy.dp = 0;
    for (const int replicas : shares.replicas) candidate.job.strategy.dp += replicas;
    found.push_back(std::move(candidate));
  }
  return found;
}

std::vector<Candidate> all_candidates(const Job& job) {
  const bool is_mirrored = job.strategy.copies() > 1;
  std::vector<ModelSeconds> seconds;
  for (std::size_t entry = 0; entry < job.fleet.size(); ++entry) seconds.push_back(model_seconds(job, entry));
  std::vector<Candidate> candidates;
  if (may_be(job, By::stages) && job.strategy.pp > 1 && !is_mirrored && job.division.micro_batches.empty()) {
    candidates = StageDivider(job, seconds).candidates();
  }
  if (may_be(job, By::replicas)) {
    for (Candidate& candidate : replica_candidates(job, seconds)) candidates.push_back(std::move(candidate));
  }
  std::stable_sort(candidates.begin(), candidates.end(),
                   [](const Candidate& a, const Candidate& b) { return a.estimate < b.estimate; });
  return candidates;
}

// The finalists: the best estimates, and the best of each way for every set of entries that work.
std::vector<const Candidate*> finalists_of(const std::vector<Candidate>& candidates) {
  std::set<std::pair<By, std::vector<bool>>> seen;
  std::vector<const Candidate*> finalists;
  for (const Candidate& candidate : candidates) {
    std::vector<bool> works;
    for (const int share : candidate.job.division.shares) works.push_back(share > 0);
    const bool is_new = seen.emplace(candidate.job.division.by, std::move(works)).second;
    if (finalists.size() < kFinalists || is_new) finalists.push_back(&candidate);
  }
  return finalists;
}

// Equal chips on one fabric are a plain fleet, however many entries list them.
Job undivided(Job job) {
  parallel::Strategy& s = job.strategy;
  job.division.by = By::order;
  if (s.dp == 0) s.dp = std::max(1, job.chips() / (s.tp * s.cp * s.pp));
  return job;
}

}  // namespace

Job divide(const Job& job) {
  if (!is_open(job)) return job;
  iteration::check_open(job);
  if (job.division.by == By::automatic && are_equal_chips(job) && !job.join) return undivided(job);
  const std::vector<Candidate> candidates = all_candidates(job);
  std::optional<Job> best;
  std::optional<InputError> first_reason;
  double shortest = kNever;
  for (const Candidate* candidate : finalists_of(candidates)) {
    try {
      const double seconds = iteration::simulate(candidate->job, {.check_stability = false}).seconds.value();
      if (seconds >= shortest) continue;
      shortest = seconds;
      best = candidate->job;
    } catch (const InputError& error) {
      if (!first_reason) first_reason = error;
    }
  }
  if (best) return *best;
  if (first_reason) throw *first_reason;
  throw infeasible(
      "placement: no division of the fleet over stages or replicas has whole micro-batches, enough chips "
      "and layers for all stages",
      "change pp, tp, global_batch or the counts, or give placement.shares");
}

}  // namespace sim::plan
