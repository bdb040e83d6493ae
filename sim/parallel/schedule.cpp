#include "sim/parallel/schedule.hpp"

#include <algorithm>

#include "sim/base/error.hpp"
#include "sim/parallel/pipeline_timeline.hpp"
#include "sim/parallel/schedule_orders.hpp"

namespace sim::parallel {
namespace {

Orders single_stage_orders(int chunks, int micro_batches, bool pairs_ahead) {
  if (pairs_ahead) return interleaved_orders(1, chunks, micro_batches, true);
  Orders orders(1);
  for (int i = 0; i < micro_batches; ++i) {
    for (int chunk = 0; chunk < chunks; ++chunk) orders[0].push_back({Pass::forward, i, chunk});
    for (int chunk = chunks - 1; chunk >= 0; --chunk) orders[0].push_back({Pass::backward, i, chunk});
  }
  return orders;
}

// Qi et al. search with heuristics and an integer program; here the best of their hand-made schedules and of greedy
// orders with several patiences, which all keep `most_in_flight` micro-batches at most.
Orders automatic_orders(int pp, int micro_batches, int most_in_flight, const std::vector<PassTimes>& times) {
  std::vector<Orders> candidates{zero_bubble_h_orders(pp, micro_batches, 1)};
  if (2 * pp - 1 <= most_in_flight) candidates.push_back(zero_bubble_h_orders(pp, micro_batches, 2));
  for (const double patience : {0.0, 0.25, 0.5, 0.75, 1.0}) {
    candidates.push_back(greedy_orders(pp, micro_batches, most_in_flight, patience, times));
  }
  std::size_t best = 0;
  double shortest = 0;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    const Schedule schedule{pp, 1, micro_batches, Placement::wrap, candidates[i]};
    const double length = play(schedule, times, 0).longest_stage();
    if (i > 0 && length >= shortest) continue;
    best = i;
    shortest = length;
  }
  return candidates[best];
}

void check_counts(ScheduleKind kind, int pp, int vpp, int micro_batches) {
  check(pp >= 1 && vpp >= 1 && micro_batches >= 1, "a schedule needs at least one stage, chunk and micro-batch");
  const bool takes_chunks = kind == ScheduleKind::interleaved || kind == ScheduleKind::breadth_first;
  if (kind == ScheduleKind::zb_v && vpp != 2) {
    throw infeasible("parallel.vpp: schedule zb_v gives every stage two chunks, vpp is " + std::to_string(vpp),
                     "set vpp: 2");
  }
  if (kind != ScheduleKind::zb_v && vpp > 1 && !takes_chunks) {
    throw infeasible("parallel.vpp: vpp = " + std::to_string(vpp) + " needs schedule: interleaved",
                     "or breadth_first, or zb_v for two chunks");
  }
  if (pp == 1) return;
  const std::string found = ", here are " + std::to_string(micro_batches);
  if (kind == ScheduleKind::zb_v && micro_batches < 2 * pp - 1) {
    throw infeasible("parallel.schedule: zb_v needs 2 pp - 1 = " + std::to_string(2 * pp - 1) + " micro-batches" +
                     found);
  }
  if (kind != ScheduleKind::dualpipe) return;
  if (pp % 2 != 0) throw infeasible("parallel.pp: dualpipe needs an even number of stages");
  if (micro_batches % 2 != 0 || micro_batches < 2 * pp) {
    throw infeasible("parallel.schedule: dualpipe needs an even number of micro-batches, 2 pp = " +
                     std::to_string(2 * pp) + " or more" + found);
  }
}

Orders orders_of(ScheduleKind kind, int pp, int vpp, int micro_batches, const std::vector<PassTimes>& times,
                 bool pairs_ahead) {
  switch (kind) {
    case ScheduleKind::gpipe:
    case ScheduleKind::breadth_first:
      return breadth_first_orders(pp, vpp, micro_batches);
    case ScheduleKind::zb_h1:
      return zero_bubble_h_orders(pp, micro_batches, 1);
    case ScheduleKind::zb_h2:
      return zero_bubble_h_orders(pp, micro_batches, 2);
    case ScheduleKind::zb_1p:
      return automatic_orders(pp, micro_batches, pp, times);
    case ScheduleKind::zb_2p:
      return automatic_orders(pp, micro_batches, 2 * pp, times);
    case ScheduleKind::zb_v:
      return zero_bubble_v_orders(pp, micro_batches);
    case ScheduleKind::dualpipe:
      return dualpipe_orders(pp, micro_batches);
    case ScheduleKind::one_f_one_b:
    case ScheduleKind::interleaved:
      return interleaved_orders(pp, vpp, micro_batches, pairs_ahead);
    case ScheduleKind::file:
      break;
  }
  throw InternalError("a schedule from a file is read, not made");
}

}  // namespace

std::string name_of(const Task& task, int chunks) {
  std::string name(1, "FBIW"[static_cast<int>(task.pass)]);
  name += std::to_string(task.micro_batch);
  return chunks > 1 ? name + "." + std::to_string(task.chunk) : name;
}

const std::vector<std::string>& schedule_names() {
  static const std::vector<std::string> names{"gpipe", "1f1b", "interleaved", "breadth_first", "zb_h1", "zb_h2",
                                              "zb1p",  "zb2p", "zb_v",        "dualpipe",      "file"};
  return names;
}

int Schedule::virtual_stage(Place place) const {
  const bool is_turned =
      (placement == Placement::v && place.chunk % 2 == 1) || (placement == Placement::mirrored && place.chunk == 1);
  const int in_round = is_turned ? pp - 1 - place.stage : place.stage;
  return placement == Placement::mirrored ? in_round : place.chunk * pp + in_round;
}

std::optional<Place> Schedule::neighbour(Place place, int step) const {
  const int target = virtual_stage(place) + step;
  if (target < 0 || target >= virtual_stages()) return std::nullopt;
  if (placement == Placement::mirrored) return Place{place.chunk == 1 ? pp - 1 - target : target, place.chunk};
  const int chunk = target / pp, in_round = target % pp;
  return Place{placement == Placement::v && chunk % 2 == 1 ? pp - 1 - in_round : in_round, chunk};
}

bool splits_backward(const Schedule& schedule) {
  return std::any_of(schedule.stages.begin(), schedule.stages.end(), [](const std::vector<Task>& tasks) {
    return std::any_of(tasks.begin(), tasks.end(), [](const Task& task) { return task.pass == Pass::backward_input; });
  });
}

bool validates_afterwards(ScheduleKind kind) {
  return kind == ScheduleKind::zb_h1 || kind == ScheduleKind::zb_h2 || kind == ScheduleKind::zb_1p ||
         kind == ScheduleKind::zb_2p || kind == ScheduleKind::zb_v;
}

Placement placement_of(ScheduleKind kind) {
  if (kind == ScheduleKind::zb_v) return Placement::v;
  return kind == ScheduleKind::dualpipe ? Placement::mirrored : Placement::wrap;
}

Schedule make_schedule(ScheduleKind kind, int pp, int vpp, int micro_batches, const std::vector<PassTimes>& times,
                       bool pairs_ahead) {
  check_counts(kind, pp, vpp, micro_batches);
  if (pp == 1) return {1, vpp, micro_batches, Placement::wrap, single_stage_orders(vpp, micro_batches, pairs_ahead)};
  const int chunks = kind == ScheduleKind::dualpipe ? 2 : vpp;  // of a stage
  Schedule schedule{pp, chunks, micro_batches, placement_of(kind), {}};
  const std::vector<PassTimes> equal(static_cast<std::size_t>(schedule.virtual_stages()));
  schedule.stages = orders_of(kind, pp, vpp, micro_batches, times.empty() ? equal : times, pairs_ahead);
  return schedule;
}

std::vector<int> peak_in_flight(const Schedule& schedule, int stage, const std::vector<double>& chunk_bytes) {
  std::vector<int> held(static_cast<std::size_t>(schedule.chunks), 0);
  std::vector<int> peak = held;
  double bytes = 0, most_bytes = -1;
  for (const Task& task : schedule.stages[static_cast<std::size_t>(stage)]) {
    if (task.pass == Pass::backward_input) continue;
    const auto chunk = static_cast<std::size_t>(task.chunk);
    const int change = task.pass == Pass::forward ? 1 : -1;
    held[chunk] += change;
    bytes += change * chunk_bytes[chunk];
    if (bytes <= most_bytes) continue;
    most_bytes = bytes;
    peak = held;
  }
  return peak;
}

}  // namespace sim::parallel
