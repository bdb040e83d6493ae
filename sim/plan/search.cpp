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
constexpr std::size_t kGroupsBeforeDive = 16;
constexpr const char* kDoesNotFit = "does not fit into memory";
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

Tried simulate_one(const iteration::Job& job, const Bound& bound, const Objective& objective) {
  Tried tried{{job.strategy, bound, kNever, kNever, {}}, {}};
  try {
    const iteration::IterationResult result = iteration::simulate(job, {.check_stability = false});
    tried.found.seconds = result.seconds.value();
    tried.found.cost = objective.cost(result, job.strategy.ranks());
    for (const parallel::StageMemory& stage : result.memory)
      tried.found.memory = std::max(tried.found.memory, stage.total());
  } catch (const InputError& error) {
    const std::string text = error.diagnostics().front().message;
    const bool is_memory = text.find("not fit") != std::string::npos;
    tried.refused = is_memory ? kDoesNotFit : text;
  }
  return tried;
}

bool is_cheaper(const Found& a, const Found& b) {
  return a.cost < b.cost;
}

/// A group of strategies, or one, by its bound.
struct Open {
  double least = 0;  ///< cost
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
      groups_.push({least_of_any(tree_.groups()[group].least), group, {}, {}});
    result_.counts.groups = tree_.groups().size();
    result_.counts.refused["does not divide the model or the batch (kinds of kernels)"] = tree_.undivided();
    result_.counts.bounding_cpu_seconds += cpu_seconds() - began_;
    add(simulate_one(job, {}, options.objective));
    for (const parallel::Strategy& strategy : options.first) {
      iteration::Job one = job;
      one.strategy = strategy;
      one.division = {};
      one.schedule.reset();
      add(simulate_one(one, {}, options.objective));
    }
  }

  SearchResult run() {
    for (std::size_t round = 1; least() < best() && leaves_tried_ < options_.simulations; ++round) {
      if (options_.stops != nullptr && options_.stops->load()) {
        result_.was_stopped = true;
        break;
      }
      // Now and then the best so far is tried before all better bounds are known: what it proves slow stays closed.
      const bool dives = round % kGroupsBeforeDive == 0 && leaves_tried_ < options_.simulations / 2;
      if (least_of(groups_) < std::min(best(), least_of(leaves_)) && !dives) {
        open_groups();
      } else {
        simulate_leaves();
      }
      if (options_.progress) options_.progress(result_.counts, best(), least());
    }
    if (least() < best() && !result_.best.empty()) result_.gap = 1 - least() / best();
    result_.counts.groups_too_slow = groups_.size();
    return std::move(result_);
  }

 private:
  using Queue = std::priority_queue<Open, std::vector<Open>, Later>;

  [[nodiscard]] double best() const { return result_.best.empty() ? kNever : result_.best.front().cost; }
  [[nodiscard]] double seconds_of_use() const {
    return result_.best.empty() ? kNever : options_.objective.seconds_for(best());
  }
  // Of however many chips.
  [[nodiscard]] double least_of_any(double seconds) const {
    return std::min(options_.objective.least(seconds, 0), options_.objective.least(seconds, job_.chips()));
  }
  static double least_of(const Queue& queue) { return queue.empty() ? kNever : queue.top().least; }
  [[nodiscard]] double least() const { return std::min(least_of(groups_), least_of(leaves_)); }

  void open_groups() {
    began_ = cpu_seconds();
    std::vector<std::uint32_t> opened;
    for (; opened.size() < kBatch && least_of(groups_) < best(); groups_.pop()) opened.push_back(groups_.top().group);
    std::vector<Expansion> made(opened.size());
    tbb::parallel_for(std::size_t{0}, opened.size(),
                      [&](std::size_t i) { made[i] = tree_.expand(opened[i], seconds_of_use()); });
    for (const Expansion& expansion : made) {
      result_.counts.bounded += expansion.bounded;
      result_.counts.refused[kDoesNotFit] += expansion.does_not_fit;
      result_.counts.too_slow += expansion.too_slow;
      for (const auto& [leaf, bound] : expansion.leaves) {
        const double least = options_.objective.least(bound.total, tree_.strategy_of(leaf).ranks());
        if (least < best()) leaves_.push({least, leaf.group, leaf, bound});
      }
    }
    result_.counts.bounding_cpu_seconds += cpu_seconds() - began_;
  }

  void simulate_leaves() {
    std::vector<Open> batch;
    const std::size_t most = std::min(kBatch, options_.simulations - leaves_tried_);
    for (; batch.size() < most && least_of(leaves_) < best(); leaves_.pop()) batch.push_back(leaves_.top());
    leaves_tried_ += batch.size();
    std::vector<Tried> tried(batch.size());
    tbb::parallel_for(std::size_t{0}, batch.size(), [&](std::size_t i) {
      tried[i] = simulate_one(with_strategy(job_, tree_, batch[i].leaf), batch[i].bound, options_.objective);
    });
    for (const Tried& one : tried) {
      if (!one.refused.empty()) ++result_.counts.refused[one.refused];
      add(one);
    }
  }

  void add(const Tried& tried) {
    if (!tried.refused.empty()) return;
    ++result_.counts.simulated;
    const auto place = std::upper_bound(result_.best.begin(), result_.best.end(), tried.found, is_cheaper);
    result_.best.insert(place, tried.found);
    if (result_.best.size() > options_.top) result_.best.resize(options_.top);
  }

  const iteration::Job& job_;
  const SearchOptions& options_;
  double began_;
  SearchTree tree_;
  Queue groups_, leaves_;
  std::size_t leaves_tried_ = 0;
  SearchResult result_;
};

void check_fleet(const iteration::Job& job) {
  const int node = job.fleet.front().node.chips;
  if (job.fabric.kind == topology::FabricKind::none && job.chips() > node) {
    throw infeasible("fleet.0.topology: " + std::to_string(job.chips()) + " chips in nodes of " + std::to_string(node) +
                         ", and no fabric joins them",
                     "name a topology that has one");
  }
  if (job.fleet.size() == 1) return;
  throw InputError("fleet: a search is for a fleet of one entry; this one has " + std::to_string(job.fleet.size()),
                   "give parallel yourself, with `divide: auto` for the shares of the entries");
}

}  // namespace

SearchResult search(const iteration::Job& job, const SearchSpace& space, const SearchOptions& options) {
  check_fleet(job);
  return Search(job, space, options).run();
}

std::vector<Found> simulate_all(const iteration::Job& job, const SearchSpace& space, const Objective& objective) {
  check_fleet(job);
  SearchTree tree(job, space);
  std::vector<Open> all;
  for (std::uint32_t group = 0; group < tree.groups().size(); ++group) {
    for (const auto& [leaf, bound] : tree.expand(group, kNever).leaves)
      all.push_back({bound.total, group, leaf, bound});
  }
  std::vector<Tried> tried(all.size());
  tbb::parallel_for(std::size_t{0}, all.size(), [&](std::size_t i) {
    tried[i] = simulate_one(with_strategy(job, tree, all[i].leaf), all[i].bound, objective);
  });
  std::vector<Found> found;
  for (const Tried& one : tried) {
    if (one.refused.empty()) found.push_back(one.found);
  }
  std::sort(found.begin(), found.end(), is_cheaper);
  return found;
}

}  // namespace sim::plan
