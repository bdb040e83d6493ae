#include <algorithm>
#include <cmath>
#include <functional>
#include <utility>

#include "sim/base/error.hpp"
#include "sim/iteration/job.hpp"
#include "sim/iteration/placement.hpp"

namespace sim::iteration {
namespace {

using parallel::Strategy;

std::string text(std::int64_t number) {
  return std::to_string(number);
}

std::string gigabytes(Bytes bytes) {
  return text(std::llround(bytes.value() / 1e9)) + " GB";
}

// A change of the strategy that lowers memory, as the user would write it.
struct Change {
  std::string written;
  std::function<void(Strategy&)> make;
};

std::vector<Change> memory_changes(const Strategy& s) {
  using parallel::Recompute;
  std::vector<Change> changes;
  const auto add = [&changes](std::string written, std::function<void(Strategy&)> make) {
    changes.push_back({std::move(written), std::move(make)});
  };
  if (s.micro_batch > 1) add("micro_batch: 1", [](Strategy& t) { t.micro_batch = 1; });
  for (const int stage : {1, 2, 3}) {
    if (s.zero < stage && s.dp * s.cp > 1) add("zero: " + text(stage), [stage](Strategy& t) { t.zero = stage; });
  }
  for (const auto& [name, kind] : {std::pair{"selective", Recompute::selective}, std::pair{"full", Recompute::full}}) {
    if (s.recompute < kind) add(std::string("recompute: ") + name, [kind = kind](Strategy& t) { t.recompute = kind; });
  }
  for (const int factor : {2, 4, 8}) {
    add("tp: " + text(std::int64_t{s.tp} * factor), [factor](Strategy& t) { t.tp *= factor; });
    add("pp: " + text(std::int64_t{s.pp} * factor), [factor](Strategy& t) { t.pp *= factor; });
    if (s.ep > 1) add("ep: " + text(std::int64_t{s.ep} * factor), [factor](Strategy& t) { t.ep *= factor; });
  }
  return changes;
}

// Empty where the change breaks a rule or still does not fit; dp follows so that the ranks stay on the chips.
std::string fitting(Job job, const std::vector<const Change*>& changes) {
  const std::int64_t ranks = job.strategy.ranks();
  std::string list;
  for (const Change* change : changes) {
    change->make(job.strategy);
    list += (list.empty() ? "" : " with ") + change->written;
  }
  Strategy& s = job.strategy;
  const std::int64_t cell = std::int64_t{s.tp} * s.pp * s.cp;
  if (cell > ranks) return "";
  const auto replicas = static_cast<int>(ranks / cell);
  if (replicas != s.dp) list += " and dp: " + text(replicas);
  s.dp = replicas;
  try {
    check_feasible(job);
    for (const parallel::StageMemory& stage : job_memory(job)) {
      if (stage.total() > stage_capacity(job, stage.stage)) return "";
    }
  } catch (const InputError&) {
    return "";
  }
  return list;
}

// The single changes that fit; pairs of changes where no single one does.
std::string remedies(const Job& job) {
  constexpr std::size_t kMostShown = 3;
  const std::vector<Change> changes = memory_changes(job.strategy);
  std::vector<std::string> found;
  const auto try_out = [&](const std::vector<const Change*>& some) {
    std::string one = found.size() < kMostShown ? fitting(job, some) : "";
    if (!one.empty()) found.push_back(std::move(one));
  };
  for (const Change& change : changes) try_out({&change});
  const bool one_is_enough = !found.empty();
  for (std::size_t i = 0; i < changes.size() && !one_is_enough; ++i) {
    for (std::size_t j = i + 1; j < changes.size(); ++j) try_out({&changes[i], &changes[j]});
  }
  std::string list;
  for (const std::string& one : found) list += (list.empty() ? "these fit: " : "; or ") + one;
  return list.empty() ? "nothing near it fits either: use more chips, or chips with more memory" : list;
}

}  // namespace

std::vector<parallel::StageMemory> job_memory(const Job& job) {
  const Strategy& s = job.strategy;
  std::size_t busiest = 0;
  bool fused = true;
  const std::vector<int> used = used_chips(job);
  for (std::size_t entry = 0; entry < job.fleet.size(); ++entry) {
    if (used[entry] == 0) continue;
    fused = fused && cost::fused_attention(pricing_of(job, job.fleet[entry]));
    if (used[busiest] == 0 || job.micro_batches(entry) > job.micro_batches(busiest)) busiest = entry;
  }
  return parallel::memory_by_stage(job.model, sharding_of(job), s, parallel::make_layout(s, job.model.layers),
                                   job_schedule(job, busiest), job.training.state, fused);
}

Bytes stage_capacity(const Job& job, int stage) {
  Bytes capacity{1e30};
  for (const std::size_t entry : entries_of_stage(job, stage)) {
    capacity = std::min(capacity, job.fleet[entry].chip.memory_capacity->value);
  }
  return capacity;
}

void check_memory(const Job& job, const std::vector<parallel::StageMemory>& stages) {
  const auto lack = [&](const parallel::StageMemory& stage) {
    return stage.total().value() - stage_capacity(job, stage.stage).value();
  };
  const auto worst =
      std::max_element(stages.begin(), stages.end(), [&](const auto& a, const auto& b) { return lack(a) < lack(b); });
  if (lack(*worst) <= 0) return;
  throw infeasible("parallel: out of memory: stage " + text(worst->stage) + " needs " + gigabytes(worst->total()) +
                       ", a chip has " + gigabytes(stage_capacity(job, worst->stage)) + " (weights " +
                       gigabytes(worst->weights) + ", gradients " + gigabytes(worst->gradients) + ", optimizer " +
                       gigabytes(worst->optimizer) + ", activations " + gigabytes(worst->activations) +
                       (job.schedule ? " under " + job.schedule_file : "") + ", workspace " +
                       gigabytes(worst->workspace) + ", runtime " + gigabytes(worst->overhead) + ")",
                   remedies(job));
}

}  // namespace sim::iteration
