#include "sim/plan/search.hpp"

#include <tbb/parallel_for.h>

#include <algorithm>
#include <ctime>
#include <limits>
#include <queue>

#include "sim/base/error.hpp"
#include "sim/iteration/simulate.hpp"
#include "sim/plan/search_tree.hpp"

namespace sim::plan {
namespace {

constexpr std::size_t kBatch = 8;  // simulations between two looks at the bounds; fixed, so that threads do not matter
constexpr double kNever = std::numeric_limits<double>::infinity();

double cpu_seconds() {
  return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

iteration::Job with_strategy(const iteration::Job& job, const SearchTree& tree, const Leaf& leaf) {
  iteration::Job one = job;
  one.strategy = tree.strategy_of(leaf);
  one.division = {};
  one.schedule.reset();
  const auto stages = static_cast<std::size_t>(leaf.pp) * static_cast<std::size_t>(leaf.vpp);
  if (static_cast<std::size_t>(job.model.layers) % stages != 0 &&
      (static_cast<std::size_t>(job.model.layers) + 2) % stages != 0) {
    one.strategy.stage_layers = even_split(job.model.layers, static_cast<int>(stages));
  }
  return one;
}

// Seconds of one strategy, and why it cannot be.
struct Tried {
  Found found;
  std::string refused;
};

Tried simulate_one(const iteration::Job& job, const Bound& bound) {
  Tried tried{{job.strategy, bound, kNever, {}}, {}};
  try {
    const iteration::IterationResult result = iteration::simulate(job, {.check_stability = false});
    tried.found.seconds = result.seconds.value();
    for (const parallel::StageMemory& stage : result.memory)
      tried.found.memory = std::max(tried.found.memory, stage.total());
  } catch (const InputError& error) {
    const std::string text = error.diagnostics().front().message;
    const bool is_memory = text.find("does not fit") != std::string::npos;
    tried.refused = is_memory ? "does not fit into memory" : text.substr(0, text.find(':'));
  }
  return tried;
}

bool is_faster(const Found& a, const Found& b) {
  return a.seconds < b.seconds;
}

/// A group of strategies, or one, by its bound.
struct Open {
  double least = 0;
  bool is_leaf = false;
  std::uint32_t group = 0;
  Leaf leaf{};
  Bound bound{};
};

struct Later {
  bool operator()(const Open& a, const Open& b) const {
    if (a.least != b.least) return a.least > b.least;
    return a.group != b.group ? a.group > b.group : std::tie(a.leaf.pp, a.leaf.zero) > std::tie(b.leaf.pp, b.leaf.zero);
  }
};

class Search {
 public:
  Search(const iteration::Job& job, const SearchSpace& space, const SearchOptions& options)
      : job_(job), options_(options), began_(cpu_seconds()), tree_(job, space) {
    for (std::uint32_t group = 0; group < tree_.groups().size(); ++group)
      open_.push({tree_.groups()[group].least, false, group});
    result_.counts.bounding_cpu_seconds += cpu_seconds() - began_;
  }

  SearchResult run() {
    while (!open_.empty() && open_.top().least < best() && result_.counts.simulated < options_.simulations) {
      if (options_.stops != nullptr && options_.stops->load()) {
        result_.was_stopped = true;
        break;
      }
      began_ = cpu_seconds();
      const std::vector<Open> batch = next_batch();
      result_.counts.bounding_cpu_seconds += cpu_seconds() - began_;
      try_all(batch);
      if (options_.progress) options_.progress(result_.counts, best(), open_.empty() ? best() : open_.top().least);
    }
    if (!open_.empty() && open_.top().least < best() && !result_.best.empty())
      result_.gap = 1 - open_.top().least / best();
    for (; !open_.empty(); open_.pop()) result_.counts.groups_too_slow += open_.top().is_leaf ? 0 : 1;
    result_.counts.groups = tree_.groups().size();
    return std::move(result_);
  }

 private:
  [[nodiscard]] double best() const { return result_.best.empty() ? kNever : result_.best.front().seconds; }

  // Strategies to simulate next. Groups that come before them are opened, several at a time.
  std::vector<Open> next_batch() {
    std::vector<Open> batch;
    while (batch.size() < kBatch && !open_.empty() && open_.top().least < best()) {
      if (open_.top().is_leaf) {
        batch.push_back(open_.top());
        open_.pop();
      } else if (!batch.empty() && result_.best.empty()) {
        break;  // a first answer spares the groups that are slower
      } else {
        open_groups();
      }
    }
    return batch;
  }

  void open_groups() {
    std::vector<std::uint32_t> groups;
    while (groups.size() < kBatch && !open_.empty() && !open_.top().is_leaf && open_.top().least < best()) {
      groups.push_back(open_.top().group);
      open_.pop();
    }
    std::vector<Expansion> made(groups.size());
    tbb::parallel_for(std::size_t{0}, groups.size(), [&](std::size_t i) { made[i] = tree_.expand(groups[i], best()); });
    for (std::size_t i = 0; i < groups.size(); ++i) {
      result_.counts.bounded += made[i].bounded;
      for (const auto& [reason, count] : made[i].refused) result_.counts.refused[reason] += count;
      for (const auto& [leaf, bound] : made[i].leaves) open_.push({bound.total, true, groups[i], leaf, bound});
    }
  }

  void try_all(const std::vector<Open>& batch) {
    std::vector<Tried> tried(batch.size());
    tbb::parallel_for(std::size_t{0}, batch.size(), [&](std::size_t i) {
      tried[i] = simulate_one(with_strategy(job_, tree_, batch[i].leaf), batch[i].bound);
    });
    for (const Tried& one : tried) {
      if (!one.refused.empty()) {
        ++result_.counts.refused[one.refused];
        continue;
      }
      ++result_.counts.simulated;
      const auto place = std::upper_bound(result_.best.begin(), result_.best.end(), one.found, is_faster);
      result_.best.insert(place, one.found);
    }
    if (result_.best.size() > options_.top) result_.best.resize(options_.top);
  }

  const iteration::Job& job_;
  const SearchOptions& options_;
  double began_;
  SearchTree tree_;
  std::priority_queue<Open, std::vector<Open>, Later> open_;
  SearchResult result_;
};

void check_fleet(const iteration::Job& job) {
  if (job.fleet.size() == 1) return;
  throw InputError("fleet: a search is for a fleet of one entry; this one has " + std::to_string(job.fleet.size()),
                   "give parallel yourself, with `divide: auto` for the shares of the entries");
}

}  // namespace

SearchResult search(const iteration::Job& job, const SearchSpace& space, const SearchOptions& options) {
  check_fleet(job);
  return Search(job, space, options).run();
}

std::vector<Found> simulate_all(const iteration::Job& job, const SearchSpace& space) {
  check_fleet(job);
  SearchTree tree(job, space);
  std::vector<Open> all;
  for (std::uint32_t group = 0; group < tree.groups().size(); ++group) {
    for (const auto& [leaf, bound] : tree.expand(group, kNever).leaves)
      all.push_back({bound.total, true, group, leaf, bound});
  }
  std::vector<Tried> tried(all.size());
  tbb::parallel_for(std::size_t{0}, all.size(), [&](std::size_t i) {
    tried[i] = simulate_one(with_strategy(job, tree, all[i].leaf), all[i].bound);
  });
  std::vector<Found> found;
  for (const Tried& one : tried) {
    if (one.refused.empty()) found.push_back(one.found);
  }
  std::sort(found.begin(), found.end(), is_faster);
  return found;
}

}  // namespace sim::plan
