#include "sim/base/error.hpp"
#include "sim/parallel/pipeline_timeline.hpp"
#include "sim/parallel/schedule.hpp"
#include "sim/parallel/task_pairs.hpp"
#include "tests/support/catch.hpp"

using namespace sim::parallel;

namespace {

Schedule dualpipe(int pp, int micro_batches) {
  return make_schedule(ScheduleKind::dualpipe, pp, 1, micro_batches);
}

std::string fault_of(const Schedule& schedule) {
  try {
    check_schedule(schedule);
  } catch (const sim::InputError& error) {
    return error.diagnostics().front().message;
  }
  return "accepted";
}

}  // namespace

TEST_CASE("DualPipe: stage s holds pp - s of the one direction and s + 1 of the other") {
  // DeepSeek-V3, table 2: pp + 1 activations. A direction's micro-batch stays at stage s of it until its gradient has
  // come back over the pp - 1 - s stages behind.
  const int pp = GENERATE(4, 8, 16), per_stage = GENERATE(2, 3, 4);
  const Schedule schedule = dualpipe(pp, per_stage * pp);
  for (int stage = 0; stage < pp; ++stage) {
    CHECK(peak_in_flight(schedule, stage, {1, 0})[0] == pp - stage);
    CHECK(peak_in_flight(schedule, stage, {0, 1})[1] == stage + 1);
    const std::vector<int> both = peak_in_flight(schedule, stage, {1, 1});
    CHECK(both[0] + both[1] == pp + 1);
  }
}

TEST_CASE("DualPipe played pass by pass waits less than in pairs: (pp/2 - 1)(F + I - W) where W <= F = I") {
  // A pair starts when both of its inputs are there, a pass by itself with its own. Of the table's
  // (pp/2 - 1)(F&B + B - 3 W) = (pp/2 - 1)(F + 2 I - W) the wait for one input gradient is left out.
  const int pp = GENERATE(4, 8, 16), per_stage = GENERATE(2, 3, 4);
  const double weight = GENERATE(1.0, 0.75, 0.25);
  const Schedule schedule = dualpipe(pp, per_stage * pp);
  const std::vector<PassTimes> times(static_cast<std::size_t>(pp), PassTimes{1, 1, weight});
  const double work = (2 + weight) * per_stage * pp;
  CHECK(play(schedule, times, 0).end - work == (pp / 2 - 1) * (2 - weight));
  CHECK(play(schedule, times, 0, find_pairs(schedule)).end - work == (pp / 2 - 1) * (3 - weight));
}

TEST_CASE("the two directions of DualPipe mirror each other") {
  const int pp = GENERATE(4, 8), m = 2 * pp;
  const Schedule schedule = dualpipe(pp, m);
  for (int stage = 0; stage < pp; ++stage) {
    const std::vector<Task>& tasks = schedule.stages[static_cast<std::size_t>(stage)];
    const std::vector<Task>& mirrored = schedule.stages[static_cast<std::size_t>(pp - 1 - stage)];
    REQUIRE(tasks.size() == mirrored.size());
    for (std::size_t i = 0; i < tasks.size(); ++i) {
      const int other = (tasks[i].micro_batch + m / 2) % m;
      CHECK(mirrored[i] == Task{tasks[i].pass, other, 1 - tasks[i].chunk});
    }
  }
}

TEST_CASE("every micro-batch travels in one of DualPipe's directions") {
  const int pp = 4, m = 8;
  Schedule twice = dualpipe(pp, m);
  for (int stage = 0; stage < pp; ++stage) {
    std::vector<Task>& tasks = twice.stages[static_cast<std::size_t>(stage)];
    tasks.push_back({Pass::forward, 0, 1});  // micro-batch 0 travels in direction 0
    tasks.push_back({Pass::backward, 0, 1});
  }
  CHECK(fault_of(twice) == "stages.0: micro-batch 0 is carried by 2 of the two directions");
  Schedule none = dualpipe(pp, m);
  for (std::vector<Task>& tasks : none.stages) {
    std::erase_if(tasks, [](const Task& task) { return task.micro_batch == 7; });
  }
  CHECK(fault_of(none) == "stages.0: micro-batch 7 is carried by 0 of the two directions");
  Schedule stray = dualpipe(pp, m);
  stray.stages[2].push_back({Pass::forward, 0, 1});
  CHECK(fault_of(stray) == "stages.2: F0.1 belongs to the direction that does not carry micro-batch 0");
  Schedule odd = dualpipe(pp, m);
  odd.pp = 3;
  odd.stages.pop_back();
  CHECK(fault_of(odd) == "placement: mirrored stages are an even number and have two chunks each");
}
