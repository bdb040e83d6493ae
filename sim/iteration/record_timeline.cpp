#include "sim/iteration/record_timeline.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "sim/base/error.hpp"
#include "sim/iteration/cell_spans.hpp"
#include "sim/iteration/link_loads.hpp"
#include "sim/iteration/placement.hpp"
#include "sim/iteration/prepare.hpp"

namespace sim::iteration {
namespace {

// The system of the answer: of equal replicas, or where these are unstable of such that differ a little.
Prepared prepare_answer(const Job& job, const Bound& bound, const IterationResult& result, bool folds) {
  if (!result.simulation.spread) return prepare(bound.system, folds, false);
  return prepare_phased(job, bound, folds, kRealisticPhases, false);
}

/// The ranks of every actor, ascending.
std::vector<std::vector<std::uint32_t>> ranks_by_actor(const Prepared& prepared) {
  std::vector<std::vector<std::uint32_t>> ranks(prepared.system.actors());
  for (std::uint32_t rank = 0; rank < prepared.actor_of_rank.size(); ++rank) {
    ranks[prepared.actor_of_rank[rank]].push_back(rank);
  }
  return ranks;
}

std::vector<Origin> origins_of(const Job& job, const std::vector<std::vector<std::uint32_t>>& ranks) {
  std::vector<Origin> origins;
  for (const std::vector<std::uint32_t>& mine : ranks) {
    const int stage = static_cast<int>(mine.front()) / job.strategy.stage_ranks();
    const std::size_t entry = entry_of_rank(job, mine.front());
    origins.push_back({static_cast<std::uint32_t>(entry) * static_cast<std::uint32_t>(job.strategy.pp) +
                           static_cast<std::uint32_t>(stage),
                       stage});
  }
  return origins;
}

// One cell of each stage comes before a second one of any, so that what is cut still shows the whole pipeline.
std::vector<std::uint32_t> wanted_actors(const Prepared& prepared, const std::vector<Origin>& origins,
                                         const std::vector<std::uint32_t>& ranks) {
  std::vector<std::uint32_t> actors;
  for (const std::uint32_t rank : ranks) {
    const auto count = static_cast<std::uint32_t>(prepared.actor_of_rank.size());
    if (rank >= count) {
      throw InputError("there is no rank " + std::to_string(rank) + " to trace",
                       "this job has ranks 0 to " + std::to_string(count - 1));
    }
    const std::uint32_t actor = prepared.actor_of_rank[rank];
    if (std::find(actors.begin(), actors.end(), actor) == actors.end()) actors.push_back(actor);
  }
  if (!ranks.empty()) return actors;
  std::map<int, std::uint32_t> seen;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> order;  // how many of its stage come before, actor
  for (std::uint32_t actor = 0; actor < origins.size(); ++actor)
    order.emplace_back(seen[origins[actor].stage]++, actor);
  std::stable_sort(order.begin(), order.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  for (const auto& [turn, actor] : order) actors.push_back(actor);
  return actors;
}

/// What of the timeline is kept.
struct Selection {
  Detail detail = Detail::kernels;
  std::vector<std::uint32_t> actors;  ///< ascending
  std::uint32_t left_out = 0;
};

// First detail is given up, then cells.
Selection select(const Bound& bound, const std::vector<Origin>& origins, std::vector<std::uint32_t> actors,
                 std::size_t most_spans) {
  std::map<std::uint32_t, std::size_t> spans;  // by program
  const auto count = [&](Detail detail) {
    spans.clear();
    std::size_t sum = 0;
    for (const std::uint32_t actor : actors) {
      const std::uint32_t program = origins[actor].base_program;
      const auto [place, is_new] = spans.try_emplace(program, 0);
      if (is_new) place->second = expected_spans(bound, program, detail);
      sum += place->second;
    }
    return sum;
  };
  Selection selection;
  for (const Detail detail : {Detail::kernels, Detail::layers, Detail::passes}) {
    selection.detail = detail;
    if (count(detail) <= most_spans) break;
  }
  std::size_t sum = 0;
  for (const std::uint32_t actor : actors) {
    sum += spans.at(origins[actor].base_program);
    if (sum > most_spans && !selection.actors.empty()) break;
    selection.actors.push_back(actor);
  }
  selection.left_out = static_cast<std::uint32_t>(actors.size() - selection.actors.size());
  std::sort(selection.actors.begin(), selection.actors.end());
  return selection;
}

/// Which actors and meetings are recorded.
struct Kept {
  std::vector<bool> actors, meetings;
};

Kept kept_of(const engine::System& system, const std::vector<std::uint32_t>& actors,
             const std::vector<WatchedLink>& links) {
  Kept kept{std::vector<bool>(system.actors(), false), std::vector<bool>(system.meetings(), false)};
  for (const std::uint32_t actor : actors) {
    kept.actors[actor] = true;
    for (std::uint32_t slot = 0; slot < system.slots(); ++slot) {
      const std::uint32_t meeting = system.meeting(actor, slot);
      if (meeting != engine::kNoMeeting) kept.meetings[meeting] = true;
    }
  }
  for (const WatchedLink& link : links) {
    for (const MeetingShare& user : link.users) kept.meetings[user.meeting] = true;
  }
  return kept;
}

}  // namespace

Timeline record_timeline(const Job& job, const IterationResult& result, const TimelineOptions& options) {
  const FabricView view = build_fabric(job);
  program::IterationPlan plan = make_plan(job, view);
  plan.annotated = true;
  const Bound bound = bind(view, job.strategy, program::build_programs(plan), true);
  const Prepared prepared = prepare_answer(job, bound, result, options.fold);
  const engine::System& system = prepared.system;
  check_budget(system, options.event_budget);
  const std::vector<std::vector<std::uint32_t>> ranks = ranks_by_actor(prepared);
  const std::vector<Origin> origins = origins_of(job, ranks);
  const Selection selection =
      select(bound, origins, wanted_actors(prepared, origins, options.ranks), options.most_spans);
  const std::vector<WatchedLink> links = busiest_links(view, bound, prepared);
  const Kept kept = kept_of(system, selection.actors, links);
  Recorder recorder(system, kept.actors, kept.meetings);
  const engine::RunResult run = engine::Run<Recorder>(system, recorder).run();

  Timeline timeline;
  timeline.title = job.name;
  timeline.period = period_of(job, run, recorder);
  check(timeline.period.seconds() == result.seconds, "the timeline is not that of the answer");
  timeline.ranks = static_cast<std::uint32_t>(prepared.actor_of_rank.size());
  timeline.detail = selection.detail;
  timeline.cells_left_out = selection.left_out;
  CellSpans spans(bound, system, origins, recorder, timeline);
  for (const std::uint32_t actor : selection.actors) {
    const std::string& chip = job.fleet[entry_of_rank(job, ranks[actor].front())].chip.id;
    const engine::SimTime begin = job.strategy.carries_skew() ? recorder.begin(actor) : engine::SimTime();
    timeline.cells.push_back({ranks[actor], origins[actor].stage, chip, begin, {Stream{}}});
    spans.write(static_cast<std::uint32_t>(timeline.cells.size() - 1), actor);
  }
  spans.connect();
  for (const WatchedLink& link : links) {
    timeline.loads.push_back(load_of(view, system, recorder, link, timeline.period));
  }
  return timeline;
}

}  // namespace sim::iteration
