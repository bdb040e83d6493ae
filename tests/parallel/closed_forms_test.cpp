#include <algorithm>
#include <functional>
#include <numeric>

#include "sim/base/error.hpp"
#include "sim/base/rng.hpp"
#include "sim/parallel/pipeline_timeline.hpp"
#include "sim/parallel/schedule.hpp"
#include "sim/parallel/schedule_forms.hpp"
#include "sim/parallel/task_pairs.hpp"
#include "tests/support/catch.hpp"

using namespace sim::parallel;

namespace {

struct Size {
  int pp, micro_batches;
};
constexpr Size kSizes[] = {{4, 8}, {8, 24}, {16, 64}};
constexpr PassTimes kTimes[] = {{1, 1, 1}, {1, 1.25, 0.75}};

std::vector<PassTimes> all(const Schedule& schedule, const PassTimes& times) {
  return std::vector<PassTimes>(static_cast<std::size_t>(schedule.virtual_stages()), times);
}

double work(const Schedule& schedule, const PassTimes& times) {
  const int passes = schedule.placement == Placement::mirrored ? 1 : schedule.chunks;
  return passes * schedule.micro_batches * (times.forward + times.input + times.weight);
}

// Waiting of the stage that waits longest, where all stages end together.
double bubble(const Schedule& schedule, const PassTimes& times) {
  return play(schedule, all(schedule, times), 0).end - work(schedule, times);
}

// The same where a stage starts its next iteration at once.
double carried_bubble(const Schedule& schedule, const PassTimes& times) {
  return play(schedule, all(schedule, times), 0).longest_stage() - work(schedule, times);
}

int most_held(const Schedule& schedule) {
  int most = 0;
  for (int stage = 0; stage < schedule.pp; ++stage) {
    const std::vector<int> held =
        peak_in_flight(schedule, stage, std::vector<double>(static_cast<std::size_t>(schedule.chunks), 1.0));
    most = std::max(most, std::accumulate(held.begin(), held.end(), 0));
  }
  return most;
}

}  // namespace

TEST_CASE("GPipe and 1F1B: bubble (pp - 1)(F + B), m and pp micro-batches held") {
  // Huang et al. 2019, section 2.3; Narayanan et al. 2021b, section 2.2.1.
  for (const Size& size : kSizes) {
    for (const PassTimes& t : kTimes) {
      const double expected = (size.pp - 1) * (t.forward + t.input + t.weight);
      const Schedule gpipe = make_schedule(ScheduleKind::gpipe, size.pp, 1, size.micro_batches);
      const Schedule plain = make_schedule(ScheduleKind::one_f_one_b, size.pp, 1, size.micro_batches);
      CHECK_THAT(bubble(gpipe, t), WithinAbs(expected, 1e-9));
      CHECK_THAT(bubble(plain, t), WithinAbs(expected, 1e-9));
      CHECK(most_held(gpipe) == size.micro_batches);
      CHECK(most_held(plain) == size.pp);
    }
  }
}

TEST_CASE("breadth-first: the bubble of one chunk's passes, all micro-batches held") {
  // Lamy-Poirier 2022 (arXiv 2211.05953), section 3: (pp - 1)(f + b) of a chunk, all m vpp chunk passes at the turn.
  const int vpp = GENERATE(2, 4);
  for (const Size& size : kSizes) {
    const Schedule schedule = make_schedule(ScheduleKind::breadth_first, size.pp, vpp, size.micro_batches);
    for (const PassTimes& t : kTimes) {
      CHECK_THAT(bubble(schedule, t), WithinAbs((size.pp - 1) * (t.forward + t.input + t.weight), 1e-9));
    }
    CHECK(most_held(schedule) == vpp * size.micro_batches);
  }
}

TEST_CASE("interleaved: the bubble of one chunk's passes, (1 + (pp - 1)/(pp vpp)) of the memory of 1F1B") {
  // Narayanan et al. 2021b, section 2.2.2; Korthikanti et al. 2022, section 4.2.3.
  const int vpp = GENERATE(2, 4);
  for (const Size& size : kSizes) {
    const Schedule schedule = make_schedule(ScheduleKind::interleaved, size.pp, vpp, size.micro_batches);
    for (const PassTimes& t : kTimes) {
      CHECK_THAT(bubble(schedule, t), WithinAbs((size.pp - 1) * (t.forward + t.input + t.weight), 1e-9));
    }
    CHECK(most_held(schedule) == size.pp * vpp + size.pp - 1);
  }
}

TEST_CASE("ZB-H1 and ZB-H2: bubbles (pp - 1)(F + B - W) and (pp - 1)(F + B - 2 W), pp and 2 pp - 1 held") {
  // Qi et al. 2023 (arXiv 2401.10241), table 2, where B is the input gradient; waiting inside a stage's own iteration.
  for (const Size& size : kSizes) {
    const Schedule h1 = make_schedule(ScheduleKind::zb_h1, size.pp, 1, size.micro_batches);
    const Schedule h2 = make_schedule(ScheduleKind::zb_h2, size.pp, 1, size.micro_batches);
    for (const PassTimes& t : kTimes) {
      CHECK_THAT(carried_bubble(h1, t), WithinAbs((size.pp - 1) * (t.forward + t.input - t.weight), 1e-9));
      CHECK_THAT(carried_bubble(h2, t), WithinAbs((size.pp - 1) * (t.forward + t.input - 2 * t.weight), 1e-9));
    }
    CHECK(most_held(h1) == size.pp);
    CHECK(most_held(h2) == 2 * size.pp - 1);
  }
}

TEST_CASE("ZB-V: no bubble when the three passes are equal, the memory of 1F1B") {
  // Qi et al. 2023, section 6: two half stages each, 2 pp of them held.
  for (const Size& size : kSizes) {
    const Schedule schedule = make_schedule(ScheduleKind::zb_v, size.pp, 2, size.micro_batches);
    CHECK_THAT(carried_bubble(schedule, kTimes[0]), WithinAbs(0, 1e-9));
    CHECK(carried_bubble(schedule, kTimes[1]) > 0);
    CHECK(most_held(schedule) == 2 * size.pp);
  }
}

TEST_CASE("automatic schedules: not worse than the hand-made ones, within one and two times the memory of 1F1B") {
  // Qi et al. 2023, section 3 and table 4 (ZB-1p, ZB-2p).
  for (const Size& size : kSizes) {
    std::vector<PassTimes> uneven(static_cast<std::size_t>(size.pp), PassTimes{1, 1.15, 0.7});
    uneven.front() = {0.7, 0.8, 0.5};
    uneven.back() = {1.3, 1.35, 0.9};
    const std::vector<PassTimes> even(static_cast<std::size_t>(size.pp));
    for (const std::vector<PassTimes>& times : {even, uneven}) {
      const auto length = [&](ScheduleKind kind) {
        return play(make_schedule(kind, size.pp, 1, size.micro_batches, times), times, 0).longest_stage();
      };
      CHECK(length(ScheduleKind::zb_1p) <= length(ScheduleKind::zb_h1));
      CHECK(length(ScheduleKind::zb_2p) <= length(ScheduleKind::zb_h2));
      CHECK(most_held(make_schedule(ScheduleKind::zb_1p, size.pp, 1, size.micro_batches, times)) <= size.pp);
      CHECK(most_held(make_schedule(ScheduleKind::zb_2p, size.pp, 1, size.micro_batches, times)) <= 2 * size.pp);
    }
  }
}

TEST_CASE("DualPipe: bubble (pp/2 - 1)(F&B + B - 3 W), pp + 1 held") {
  // DeepSeek-V3 (arXiv 2412.19437), table 2: B is the whole backward pass, F&B a pair that runs as one.
  for (const Size& size : kSizes) {
    const Schedule schedule = make_schedule(ScheduleKind::dualpipe, size.pp, 1, size.micro_batches);
    for (const PassTimes& t : kTimes) {
      const double backward = t.input + t.weight, pair = t.forward + backward;
      const double expected = (size.pp / 2.0 - 1) * (pair + backward - 3 * t.weight);
      const double end = play(schedule, all(schedule, t), 0, find_pairs(schedule)).end;
      CAPTURE(size.pp, size.micro_batches, t.input);
      CHECK_THAT(end - work(schedule, t), WithinAbs(expected, 1e-9));
    }
    CHECK(most_held(schedule) == size.pp + 1);
  }
}

TEST_CASE("every schedule that is made can be kept, and pairs of passes can too") {
  for (int kind = 0; kind < static_cast<int>(ScheduleKind::file); ++kind) {
    for (int pp = 1; pp <= 9; ++pp) {
      for (const int micro_batches : {1, 2, 5, 8, 16, 18, 31}) {
        for (const int vpp : {1, 2, 3}) {
          for (const bool pairs : {false, true}) {
            Schedule schedule;
            try {
              schedule = make_schedule(static_cast<ScheduleKind>(kind), pp, vpp, micro_batches, {}, pairs);
            } catch (const sim::InputError& error) {
              CHECK(static_cast<int>(error.exit_code()) == 3);
              continue;
            }
            CAPTURE(kind, pp, micro_batches, vpp, pairs);
            REQUIRE_NOTHROW(check_schedule(schedule));
          }
        }
      }
    }
  }
}

TEST_CASE("a faulty schedule is refused with the fault named") {
  const auto fault = [](const std::function<void(Schedule&)>& spoil) -> std::string {
    Schedule schedule = make_schedule(ScheduleKind::one_f_one_b, 2, 1, 3);
    spoil(schedule);
    try {
      check_schedule(schedule);
    } catch (const sim::InputError& error) {
      return error.diagnostics().front().message;
    }
    return "accepted";
  };
  CHECK(fault([](Schedule&) {}) == "accepted");
  CHECK(fault([](Schedule& s) { s.stages[1].pop_back(); }) == "stages.1: F2 has no backward pass");
  CHECK(fault([](Schedule& s) { s.stages[0].erase(s.stages[0].begin()); }) == "stages.0: F0 is missing");
  CHECK(fault([](Schedule& s) { s.stages[0].push_back({Pass::forward, 1, 0}); }) == "stages.0: F1 stands 2 times");
  CHECK(fault([](Schedule& s) {
          s.stages[0].push_back({Pass::forward, 3, 0});
        }) == "stages.0: F3.0 is beyond its 3 micro-batches and 1 chunks");
  CHECK(fault([](Schedule& s) { s.stages[0].back().pass = Pass::backward_input; }) == "stages.0: I2 stands without W2");
  CHECK(fault([](Schedule& s) {
          s.stages[1] = {{Pass::forward, 0, 0}, {Pass::backward_weight, 0, 0}, {Pass::backward_input, 0, 0},
                         {Pass::forward, 1, 0}, {Pass::backward, 1, 0},        {Pass::forward, 2, 0},
                         {Pass::backward, 2, 0}};
        }) == "stages: they never end: stage 1 waits at its task 2 (W0) for I0, which does not stand before it");
  CHECK(fault([](Schedule& s) { s.stages[1].back().pass = Pass::backward_weight; }) ==
        "stages.1: W2 stands without I2");
  CHECK(fault([](Schedule& s) {
          s.stages[0].push_back({Pass::backward_weight, 1, 0});
        }) == "stages.0: B1 and a half of it both stand");
  CHECK(fault([](Schedule& s) { s.stages[0].front().chunk = -1; }) ==
        "stages.0: F0.-1 is beyond its 3 micro-batches and 1 chunks");
  CHECK(fault([](Schedule& s) { s.stages.pop_back(); }) == "stages: they are 1, pp is 2");
  // Stage 0 wants a gradient before it has sent the last forward; stage 1 wants all forwards first.
  CHECK(
      fault([](Schedule& s) {
        s.stages[0] = {{Pass::forward, 0, 0},  {Pass::backward, 0, 0}, {Pass::forward, 1, 0},
                       {Pass::backward, 1, 0}, {Pass::forward, 2, 0},  {Pass::backward, 2, 0}};
        s.stages[1] = {{Pass::forward, 0, 0},  {Pass::forward, 1, 0},  {Pass::forward, 2, 0},
                       {Pass::backward, 0, 0}, {Pass::backward, 1, 0}, {Pass::backward, 2, 0}};
      }) ==
      "stages: they never end: stage 0 waits at its task 2 (B0) for B0 of stage 1, which waits at its task 2 (F1) for "
      "F1 of stage 0");
}

TEST_CASE("where closed_form_bubble() gives a number, the schedule played takes it") {
  // Any stage times, counts down to one micro-batch; the forms of the tests above, with their limits.
  const sim::RandomStream random(7, 0);
  int compared = 0;
  for (std::uint64_t i = 0; i < 40; ++i) {
    const PassTimes drawn{0.3 + random.uniform(3 * i), 0.3 + random.uniform(3 * i + 1),
                          0.1 + random.uniform(3 * i + 2)};
    const PassTimes stage = i == 0 ? PassTimes{} : drawn;
    for (int index = 0; index < static_cast<int>(ScheduleKind::file); ++index) {
      const auto kind = static_cast<ScheduleKind>(index);
      const bool is_chunked = kind == ScheduleKind::interleaved || kind == ScheduleKind::breadth_first;
      const int pp = 2 + 2 * static_cast<int>(i % 4), vpp = is_chunked ? 3 : kind == ScheduleKind::zb_v ? 2 : 1;
      for (const int m : {1, pp - 1, pp, 2 * pp - 1, 2 * pp, 3 * pp}) {
        const bool needs_many = kind == ScheduleKind::zb_v || kind == ScheduleKind::dualpipe;
        if (needs_many && (m < 2 * pp - 1 || m % 2 != 0)) continue;
        const bool pairs = kind == ScheduleKind::dualpipe;
        const std::optional<double> expected = closed_form_bubble(kind, pp, vpp, m, stage, pairs);
        if (!expected) continue;
        const Schedule schedule = make_schedule(kind, pp, vpp, m);
        const PassTimes chunk{stage.forward / vpp, stage.input / vpp, stage.weight / vpp};
        const auto found = pairs ? find_pairs(schedule) : std::vector<std::vector<bool>>{};
        const PipelineTimeline timeline = play(schedule, all(schedule, chunk), 0, found);
        const double time = validates_afterwards(kind) ? timeline.longest_stage() : timeline.end;
        CAPTURE(index, pp, vpp, m, stage.forward, stage.input, stage.weight);
        CHECK_THAT(time - work(schedule, chunk), WithinAbs(*expected, 1e-9));
        ++compared;
      }
    }
  }
  CHECK(compared > 500);
}
