#include <algorithm>
#include <numeric>

#include "sim/base/rng.hpp"
#include "sim/parallel/pipeline_timeline.hpp"
#include "sim/parallel/schedule.hpp"
#include "tests/support/catch.hpp"

using namespace sim::parallel;

namespace {

std::vector<int> held_by_stage(const Schedule& schedule) {
  std::vector<int> most;
  for (int stage = 0; stage < schedule.pp; ++stage) {
    const std::vector<int> held =
        peak_in_flight(schedule, stage, std::vector<double>(static_cast<std::size_t>(schedule.chunks), 1.0));
    most.push_back(std::accumulate(held.begin(), held.end(), 0));
  }
  return most;
}

double length(const Schedule& schedule, const std::vector<PassTimes>& times) {
  return play(schedule, times, 0).longest_stage();
}

// What no order can beat: the busiest stage has to do its own work.
double busiest_stage(const std::vector<PassTimes>& times, int micro_batches) {
  double most = 0;
  for (const PassTimes& time : times) {
    most = std::max(most, micro_batches * (time.forward + time.input + time.weight));
  }
  return most;
}

}  // namespace

TEST_CASE("ZB-H1, ZB-H2 and ZB-V use the memory of all stages alike") {
  // Qi et al. 2023, section 2 and figure 3: later stages fill what 1F1B leaves free there with late weight gradients.
  const int pp = GENERATE(4, 8, 16), per_stage = GENERATE(2, 3, 4);
  const int m = per_stage * pp;
  const std::vector<int> one(static_cast<std::size_t>(pp), pp);
  const std::vector<int> two(static_cast<std::size_t>(pp), 2 * pp - 1);
  const std::vector<int> halves(static_cast<std::size_t>(pp), 2 * pp);
  CHECK(held_by_stage(make_schedule(ScheduleKind::zb_h1, pp, 1, m)) == one);
  CHECK(held_by_stage(make_schedule(ScheduleKind::zb_h2, pp, 1, m)) == two);
  CHECK(held_by_stage(make_schedule(ScheduleKind::zb_v, pp, 2, m)) == halves);
}

TEST_CASE("with equal passes every stage of ZB-H2 and ZB-V works without a pause") {
  const int pp = GENERATE(4, 8, 16), per_stage = GENERATE(2, 3, 4);
  const int m = per_stage * pp;
  for (const auto& [kind, chunks] : {std::pair{ScheduleKind::zb_h2, 1}, std::pair{ScheduleKind::zb_v, 2}}) {
    const Schedule schedule = make_schedule(kind, pp, chunks, m);
    const PipelineTimeline timeline = play(schedule, std::vector<PassTimes>(static_cast<std::size_t>(pp * chunks)), 0);
    for (const std::vector<Span>& tasks : timeline.stages) {
      CHECK(tasks.back().end - tasks.front().begin == 3.0 * chunks * m);
    }
  }
}

TEST_CASE("automatic schedules under any stage times keep their memory and lose to no hand-made one") {
  const int pp = GENERATE(2, 4, 8), seed = GENERATE(1, 2, 3, 4, 5, 6);
  const sim::RandomStream random(static_cast<std::uint64_t>(seed), 0);
  const int m = 3 * pp;
  std::vector<PassTimes> times;
  for (std::uint64_t i = 0; i < 3 * static_cast<std::uint64_t>(pp); i += 3) {
    times.push_back({0.5 + random.uniform(i), 0.5 + random.uniform(i + 1), 0.2 + random.uniform(i + 2)});
  }
  const auto made = [&](ScheduleKind kind) { return make_schedule(kind, pp, 1, m, times); };
  const double one = length(made(ScheduleKind::zb_1p), times), two = length(made(ScheduleKind::zb_2p), times);
  CHECK(one <= length(made(ScheduleKind::zb_h1), times));
  CHECK(two <= length(made(ScheduleKind::zb_h2), times));
  CHECK(two <= one);
  CHECK(two >= busiest_stage(times, m) - 1e-9);
  for (const int held : held_by_stage(made(ScheduleKind::zb_1p))) CHECK(held <= pp);
  for (const int held : held_by_stage(made(ScheduleKind::zb_2p))) CHECK(held <= 2 * pp);
}

TEST_CASE("the first gradient of stage 0 comes later by a message from every stage to the next, both ways") {
  // Nothing hides messages while the pipeline fills. Stage 0 runs pp forwards before its first input gradient.
  const int pp = 4, m = 16;
  const std::vector<PassTimes> times(static_cast<std::size_t>(pp));
  const Schedule schedule = make_schedule(ScheduleKind::zb_h1, pp, 1, m);
  const auto first_gradient = [&](double message) { return play(schedule, times, message).stages[0][pp].begin; };
  CHECK_THAT(first_gradient(0.25) - first_gradient(0), WithinAbs(2 * (pp - 1) * 0.25, 1e-12));
}
