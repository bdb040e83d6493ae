#include "sim/plan/match.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "sim/base/error.hpp"
#include "sim/iteration/simulate.hpp"
#include "sim/plan/campaign_money.hpp"

namespace sim::plan {
namespace {

constexpr double kSecondsPerDay = 86400;
constexpr double kCloseEnough = 0.01;  // of the number of chips

class Matcher {
 public:
  Matcher(const iteration::Job& job, const iteration::Job& like, const MatchOptions& options)
      : job_(job), options_(options), node_(std::max(1, job.fleet.front().node.chips)) {
    const SearchResult found = search_for(like);
    if (found.best.empty()) throw infeasible("--like: no strategy of the searched space is possible for " + like.name);
    match_.like = found.best.front();
    match_.like_gap = found.gap;
    match_.wanted_days = days_of(like, match_.like);
  }

  Match run() {
    if (options_.by != By::days) {
      take(whole_nodes(options_.size));
      return std::move(match_);
    }
    // Without a fabric there is one node and no more.
    const int most = job_.fabric.kind == topology::FabricKind::none ? node_ : options_.most_chips;
    int enough = whole_nodes(job_.chips()), short_of = 0;
    while (!is_enough(enough)) {
      short_of = enough;
      if (enough > most / 2) return std::move(match_);
      enough = whole_nodes(2.0 * enough);
    }
    while (short_of == 0 && enough > node_) {
      const int half = whole_nodes(enough / 2.0);
      if (half == enough) break;
      if (!is_enough(half)) short_of = half;
      if (short_of == 0) enough = half;
    }
    while (enough - short_of > std::max<double>(node_, kCloseEnough * enough)) {
      const int middle = whole_nodes((enough + short_of) / 2.0);
      (is_enough(middle) ? enough : short_of) = middle;
    }
    return std::move(match_);
  }

 private:
  [[nodiscard]] int whole_nodes(double chips) const {
    return std::max(1, static_cast<int>(std::lround(chips / node_))) * node_;
  }

  [[nodiscard]] SearchResult search_for(const iteration::Job& job) const {
    const SearchSpace space = search_space(job, options_.fixed);
    SearchOptions search_options;
    search_options.simulations = options_.simulations;
    search_options.top = 1;
    for (const parallel::Strategy& strategy : known_) {
      const auto first = with_most_replicas(job, strategy);
      if (first) search_options.first.push_back(*first);
    }
    return search(job, space, search_options);
  }

  // What was best for another size, as far as it has room here: a larger fleet is then no slower for want of
  // simulations.
  static std::optional<parallel::Strategy> with_most_replicas(const iteration::Job& job, parallel::Strategy s) {
    const int cell = s.tp * s.cp, group = job.model.experts ? s.ep * s.etp : 1;
    const std::int64_t micro_batches = job.training.global_batch / s.micro_batch;
    for (s.dp = job.chips() / (cell * s.pp); s.dp > 0; --s.dp) {
      if (micro_batches % s.dp == 0 && cell * s.dp % group == 0) return s;
    }
    return std::nullopt;
  }

  static double days_of(const iteration::Job& job, const Found& found) {
    return found.seconds * iteration::steps_of(job) / kSecondsPerDay;
  }

  bool is_enough(int chips) {
    const Found best = best_at(chips);
    if (match_.tried.back().ideal_days > match_.wanted_days) return false;
    if (match_.chips == 0 || chips < match_.chips) keep(chips, best);
    return true;
  }

  void take(int chips) {
    const Found best = best_at(chips);
    if (best.seconds > 0) keep(chips, best);
  }

  // Zero seconds: nothing is possible.
  Found best_at(int chips) {
    iteration::Job sized = job_;
    sized.fleet.front().count = chips;
    const SearchResult found = search_for(sized);
    const Found best = found.best.empty() ? Found{} : found.best.front();
    SizeTried tried{chips, std::numeric_limits<double>::infinity(), found.gap};
    if (best.seconds > 0) {
      tried.ideal_days = days_of(sized, best);
      known_.push_back(best.strategy);
    }
    match_.tried.push_back(tried);
    if (options_.progress) options_.progress(tried);
    return best;
  }

  void keep(int chips, const Found& best) {
    match_.chips = chips;
    match_.ideal_days = match_.tried.back().ideal_days;
    match_.strategy = best;
  }

  const iteration::Job& job_;
  const MatchOptions& options_;
  int node_;
  Match match_;
  std::vector<parallel::Strategy> known_;  ///< best ones of the sizes tried
};

// NICs of one chip, one direction, B/s; 0: its node is not joined to others.
double scale_out_of(const iteration::FleetEntry& entry) {
  return entry.node.nic_rate.value.value() * entry.node.nics / std::max(1, entry.node.chips);
}

double ratio(double of_like, double of_job, int chips) {
  return of_like > 0 && of_job > 0 ? of_like / of_job * chips : 0;
}

}  // namespace

Match match(const iteration::Job& job, const iteration::Job& like, const MatchOptions& options) {
  return Matcher(job, like, options).run();
}

double chips_for_same(By by, const iteration::Job& job, const campaign::Economics& own, const iteration::Job& like,
                      const campaign::Economics& other) {
  const auto amount = [by](const iteration::Job& one, const campaign::Economics& economics) {
    const Objective objective = objective_of(one, by == By::dollars ? Goal::dollars : Goal::energy, economics);
    const Watts busy = around(objective.design * economics.power.compute.value, economics.power);
    return by == By::dollars ? objective.fixed / one.chips() : busy.value();
  };
  return like.chips() * amount(like, other) / amount(job, own);
}

Equivalents equivalents(const iteration::Job& job, const iteration::Job& like) {
  const iteration::FleetEntry &own = job.fleet.front(), &other = like.fleet.front();
  const auto peak = [](const iteration::FleetEntry& entry, hardware::Format format) {
    const auto found = entry.chip.peak.find(format);
    return found == entry.chip.peak.end() ? 0.0 : found->second.value.value();
  };
  const auto known = [](const auto& field) { return field ? field->value.value() : 0.0; };
  const auto port = [](const iteration::FleetEntry& entry) {
    return entry.chip.scale_up ? entry.chip.scale_up->wire_rate.value.value() : 0.0;
  };
  Equivalents made;
  made.peak_flops = ratio(peak(other, like.training.precision), peak(own, job.training.precision), other.count);
  made.memory_bandwidth = ratio(known(other.chip.memory_bandwidth), known(own.chip.memory_bandwidth), other.count);
  made.scale_up = ratio(port(other), port(own), other.count);
  made.scale_out = ratio(scale_out_of(other), scale_out_of(own), other.count);
  made.power = ratio(known(other.chip.power), known(own.chip.power), other.count);
  return made;
}

}  // namespace sim::plan
