#include "sim/parallel/schedule.hpp"

#include <algorithm>
#include <map>

#include "sim/parallel/pipeline_timeline.hpp"
#include "tests/support/catch.hpp"

using namespace sim::parallel;

namespace {

double length_of(Pass pass, const PassTimes& times) {
  if (pass == Pass::forward) return times.forward;
  if (pass == Pass::backward) return times.input + times.weight;
  return pass == Pass::backward_input ? times.input : times.weight;
}

/// Finish time of a schedule whose messages cost nothing, by `times` of every chunk: each task starts when its stage is
/// free and its input has arrived. Written apart from play(), which the other tests rely on.
double makespan(const Schedule& schedule, const PassTimes& times) {
  const auto stages = static_cast<std::size_t>(schedule.pp);
  std::vector<std::size_t> next(stages, 0);
  std::vector<double> free_at(stages, 0.0);
  std::map<std::pair<bool, std::pair<int, int>>, double> done;  // (forward, (virtual stage, micro-batch)) -> time
  const int last = schedule.virtual_stages() - 1;
  for (bool progressed = true; progressed;) {
    progressed = false;
    for (std::size_t stage = 0; stage < stages; ++stage) {
      while (next[stage] < schedule.stages[stage].size()) {
        const Task& task = schedule.stages[stage][next[stage]];
        const int at = schedule.virtual_stage({static_cast<int>(stage), task.chunk});
        const bool is_forward = task.pass == Pass::forward, is_weight = task.pass == Pass::backward_weight;
        double ready = 0;
        const auto need = [&](bool forward, int virtual_stage) {
          const auto found = done.find({forward, {virtual_stage, task.micro_batch}});
          if (found == done.end()) return false;
          ready = std::max(ready, found->second);
          return true;
        };
        if (is_forward && at > 0 && !need(true, at - 1)) break;
        if (!is_forward && !is_weight && at < last && !need(false, at + 1)) break;
        if (!is_forward && !need(!is_weight, at)) break;
        const double end = std::max(ready, free_at[stage]) + length_of(task.pass, times);
        free_at[stage] = end;
        if (!is_weight) done[{is_forward, {at, task.micro_batch}}] = end;
        ++next[stage];
        progressed = true;
      }
    }
  }
  for (std::size_t stage = 0; stage < stages; ++stage) REQUIRE(next[stage] == schedule.stages[stage].size());
  return *std::max_element(free_at.begin(), free_at.end());
}

double makespan(const Schedule& schedule, double forward, double backward) {
  return makespan(schedule, {forward, backward / 2, backward / 2});
}

}  // namespace

TEST_CASE("every stage passes every micro-batch through every chunk once each way") {
  const int pp = GENERATE(1, 2, 4, 7), micro_batches = GENERATE(1, 3, 8, 14);
  const int vpp = GENERATE(1, 2, 3);
  const auto kind = vpp > 1 ? ScheduleKind::interleaved : GENERATE(ScheduleKind::gpipe, ScheduleKind::one_f_one_b);
  const Schedule schedule = make_schedule(kind, pp, vpp, micro_batches);
  REQUIRE(schedule.stages.size() == static_cast<std::size_t>(pp));
  for (const std::vector<Task>& stage : schedule.stages) {
    REQUIRE(stage.size() == static_cast<std::size_t>(2 * vpp * micro_batches));
    std::map<std::pair<int, int>, int> forwards, backwards;
    for (const Task& task : stage) {
      ++(task.pass == Pass::forward ? forwards : backwards)[{task.chunk, task.micro_batch}];
      if (task.pass == Pass::backward) CHECK(forwards.count({task.chunk, task.micro_batch}) == 1);
    }
    CHECK(forwards.size() == static_cast<std::size_t>(vpp * micro_batches));
    CHECK(backwards.size() == forwards.size());
  }
}

TEST_CASE("play() agrees with the evaluator of this test") {
  const PassTimes each{1, 1.25, 0.75};
  const auto agrees = [&each](ScheduleKind kind, int pp, int vpp, int micro_batches) {
    CAPTURE(static_cast<int>(kind), pp, micro_batches);
    const Schedule schedule = make_schedule(kind, pp, vpp, micro_batches);
    const std::vector<PassTimes> times(static_cast<std::size_t>(schedule.virtual_stages()), each);
    CHECK(play(schedule, times, 0).end == makespan(schedule, each));
  };
  for (const int pp : {2, 4, 6}) {
    for (const int micro_batches : {2 * pp, 3 * pp}) {
      for (const ScheduleKind kind : {ScheduleKind::gpipe, ScheduleKind::one_f_one_b, ScheduleKind::zb_h1,
                                      ScheduleKind::zb_h2, ScheduleKind::zb_2p, ScheduleKind::dualpipe}) {
        agrees(kind, pp, 1, micro_batches);
      }
      agrees(ScheduleKind::interleaved, pp, 3, micro_batches);
      agrees(ScheduleKind::breadth_first, pp, 3, micro_batches);
      agrees(ScheduleKind::zb_v, pp, 2, micro_batches);
    }
  }
}

TEST_CASE("the bubble of GPipe and 1F1B is pp - 1 micro-batches") {
  // Narayanan et al. 2021b, section 2.2.1: all of m (f + b), plus (pp - 1)(f + b) of waiting.
  const int pp = GENERATE(2, 4, 8), micro_batches = GENERATE(8, 16, 35);
  const auto kind = GENERATE(ScheduleKind::gpipe, ScheduleKind::one_f_one_b);
  CHECK(makespan(make_schedule(kind, pp, 1, micro_batches), 1, 2) == 3.0 * (micro_batches + pp - 1));
}

TEST_CASE("interleaving divides the bubble by the chunks of a stage") {
  // Narayanan et al. 2021b, section 2.2.2: bubble time (pp - 1)(f + b) / vpp, where f and b are a whole stage's times.
  const int pp = GENERATE(2, 4, 8), vpp = GENERATE(2, 3, 4), groups = GENERATE(1, 2, 5);
  const int micro_batches = pp * groups;
  const double chunk_forward = 1, chunk_backward = 2;
  const double expected = (chunk_forward + chunk_backward) * (vpp * micro_batches + pp - 1);
  CHECK(makespan(make_schedule(ScheduleKind::interleaved, pp, vpp, micro_batches), chunk_forward, chunk_backward) ==
        expected);
}

TEST_CASE("any number of micro-batches finishes, also fewer than stages") {
  const int pp = GENERATE(2, 3, 8, 15), vpp = GENERATE(2, 4), micro_batches = GENERATE(1, 2, 5, 9, 17, 35);
  const double time = makespan(make_schedule(ScheduleKind::interleaved, pp, vpp, micro_batches), 1, 2);
  CHECK(time >= 3.0 * vpp * micro_batches);
  CHECK(time >= 3.0 * (vpp * pp));
}

TEST_CASE("a remainder of micro-batches costs no more than the full group that it is part of") {
  const int pp = 4, vpp = 2;
  const double seven = makespan(make_schedule(ScheduleKind::interleaved, pp, vpp, 7), 1, 2);
  const double eight = makespan(make_schedule(ScheduleKind::interleaved, pp, vpp, 8), 1, 2);
  const double four = makespan(make_schedule(ScheduleKind::interleaved, pp, vpp, 4), 1, 2);
  CHECK(seven > four);
  CHECK(seven <= eight);
}

TEST_CASE("1F1B holds pp - stage micro-batches, GPipe all of them") {
  const Schedule one_f_one_b = make_schedule(ScheduleKind::one_f_one_b, 4, 1, 16);
  const Schedule gpipe = make_schedule(ScheduleKind::gpipe, 4, 1, 16);
  for (int stage = 0; stage < 4; ++stage) {
    CHECK(peak_in_flight(one_f_one_b, stage, {1.0})[0] == 4 - stage);
    CHECK(peak_in_flight(gpipe, stage, {1.0})[0] == 16);
  }
}

TEST_CASE("interleaved 1F1B holds pp vpp + pp - 1 chunks on the first stage") {
  // Korthikanti et al. 2022, section 4.2.3: memory of the first stage grows by 1 + (pp - 1) / (pp vpp).
  const int pp = 4, vpp = 3;
  const std::vector<int> held = peak_in_flight(make_schedule(ScheduleKind::interleaved, pp, vpp, 24), 0, {1, 1, 1});
  CHECK(held[0] + held[1] + held[2] == pp * vpp + pp - 1);
}
