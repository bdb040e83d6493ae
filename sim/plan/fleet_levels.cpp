#include "sim/plan/fleet_levels.hpp"

#include <algorithm>
#include <map>
#include <optional>

#include "sim/base/error.hpp"
#include "sim/iteration/placement.hpp"
#include "sim/plan/divide.hpp"

namespace sim::plan {
namespace {

using campaign::Moment;
using iteration::FleetEntry;
using iteration::Job;

constexpr std::size_t kMostDeliveries = 120;
constexpr int kMostTries = 32;  // replica counts that are tried for one level
constexpr int kShrunkenLevels = 4;

std::vector<int> nodes_of(const Job& job) {
  std::vector<int> nodes;
  const std::vector<int> used = iteration::used_chips(job);
  for (std::size_t i = 0; i < used.size(); ++i) nodes.push_back(hosts_of(job.fleet[i], used[i]));
  return nodes;
}

// The batch that so many replicas run when all have as many micro-batches as the busiest.
void set_replicas(Job& job, int replicas, std::int64_t batch) {
  const std::int64_t share = std::int64_t{replicas} * job.strategy.micro_batch;
  job.strategy.dp = replicas;
  job.training.global_batch = (batch + share - 1) / share * share;
}

bool keeps_experts_whole(const Job& job) {
  return !job.model.experts || job.strategy.stage_ranks() % (job.strategy.ep * job.strategy.etp) == 0;
}

std::optional<Job> with_replicas(const Job& open, int most, int least) {
  Job job = open;
  int tries = 0;
  for (int replicas = most; replicas >= std::max(1, least) && tries < kMostTries; --replicas) {
    set_replicas(job, replicas, open.training.global_batch);
    if (!keeps_experts_whole(job)) continue;
    ++tries;
    try {
      Job divided = divide(job);
      iteration::check_feasible(divided);
      iteration::check_memory(divided, iteration::job_memory(divided));
      return divided;
    } catch (const InputError&) {
      continue;  // this many do not run; fewer may
    }
  }
  return std::nullopt;
}

// One entry needs no division, and no join of islands.
void make_single(Job& job) {
  FleetEntry& entry = job.fleet.front();
  job.division = {};
  if (entry.fabric) job.fabric = *entry.fabric;
  if (entry.fabric) job.network = entry.network;
  entry.fabric.reset();
  entry.network.reset();
  job.join.reset();
  job.join_network.reset();
}

// Chips that are not there yet are no part of the fleet, and the nodes of those that are keep their places.
std::optional<FleetLevel> level_on(const Job& open, const std::vector<int>& chips) {
  Job part = open;
  part.fleet.clear();
  std::vector<std::size_t> entries;
  for (std::size_t i = 0; i < chips.size(); ++i) {
    if (chips[i] == 0) continue;
    part.fleet.push_back(open.fleet[i]);
    part.fleet.back().count = chips[i];
    entries.push_back(i);
  }
  if (part.fleet.empty()) return std::nullopt;
  if (part.fleet.size() == 1) make_single(part);
  const parallel::Strategy& s = open.strategy;
  std::optional<Job> job = with_replicas(part, part.chips() / (s.tp * s.pp * s.cp), 1);
  if (!job) return std::nullopt;
  FleetLevel level{std::move(*job), std::vector<int>(chips.size(), 0)};
  const std::vector<int> nodes = nodes_of(level.job);
  for (std::size_t i = 0; i < entries.size(); ++i) level.nodes[entries[i]] = nodes[i];
  return level;
}

void add_shrunken(const Job& divided, std::vector<FleetLevel>& levels) {
  std::vector<FleetLevel> smaller;
  int replicas = divided.strategy.dp;
  for (int i = 0; i < kShrunkenLevels && replicas > 1; ++i) {
    std::optional<Job> job = with_replicas(divided, replicas - 1, divided.strategy.dp / 2);
    if (!job) break;
    replicas = job->strategy.dp;
    std::vector<int> nodes = nodes_of(*job);
    smaller.push_back({std::move(*job), std::move(nodes)});
  }
  levels.insert(levels.end(), std::make_move_iterator(smaller.rbegin()), std::make_move_iterator(smaller.rend()));
}

}  // namespace

int hosts_of(const FleetEntry& entry, int chips) {
  const int size = std::max(1, std::min(entry.node.chips_per_host, entry.node.chips));
  return (chips + size - 1) / size;
}

std::vector<FleetState> fleet_states(const Job& job, const std::vector<campaign::Arrival>& arrivals,
                                     std::optional<Moment> start) {
  std::map<Moment, std::vector<int>> coming;
  const auto add = [&](Moment at, std::size_t entry, int chips) {
    std::vector<int>& all = coming[at];
    all.resize(job.fleet.size(), 0);
    all[entry] += chips;
  };
  const bool has_dates = std::any_of(arrivals.begin(), arrivals.end(), [](const auto& one) { return one.at; });
  for (std::size_t i = 0; i < job.fleet.size(); ++i) {
    const campaign::Arrival& arrival = arrivals[i];
    if (!arrival.at && has_dates && !start)
      throw InputError("fleet." + std::to_string(i) + ".arrives: other entries have dates, this one has none",
                       "give its date, or the start of the run");
    const Moment at = arrival.at.value_or(start.value_or(Moment{}));
    const int step = arrival.monthly > 0 ? static_cast<int>(arrival.monthly) : job.fleet[i].count;
    for (int came = 0, month = 0; came < job.fleet[i].count; came += step, ++month) {
      add(campaign::months_later(at, month), i, std::min(step, job.fleet[i].count - came));
      if (coming.size() > kMostDeliveries)
        throw infeasible("fleet." + std::to_string(i) + ".monthly: more than 120 deliveries", "deliver more at a time");
    }
  }
  std::vector<FleetState> states;
  std::vector<int> chips(job.fleet.size(), 0);
  for (const auto& [at, more] : coming) {
    for (std::size_t i = 0; i < chips.size(); ++i) chips[i] += more[i];
    states.push_back({at, chips});
  }
  return states;
}

std::vector<FleetLevel> fleet_levels(const Job& open, const Job& divided, const std::vector<FleetState>& states,
                                     bool shrink) {
  std::vector<FleetLevel> levels;
  for (std::size_t i = 0; i + 1 < states.size(); ++i) {
    std::optional<FleetLevel> level = level_on(open, states[i].chips);
    const bool is_whole = level && level->job.strategy.dp >= divided.strategy.dp;
    const bool is_new = level && !is_whole &&
                        (levels.empty() || levels.back().job.strategy.dp != level->job.strategy.dp ||
                         levels.back().nodes != level->nodes);
    if (is_new) levels.push_back(std::move(*level));
  }
  if (shrink && divided.fleet.size() > 1)
    throw infeasible("reliability.when_short: fleets of several entries cannot shrink yet",
                     "wait, or keep spare nodes");
  if (shrink) add_shrunken(divided, levels);
  levels.push_back({divided, nodes_of(divided)});
  return levels;
}

}  // namespace sim::plan
