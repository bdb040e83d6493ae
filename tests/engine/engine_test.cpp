#include <algorithm>
#include <random>

#include "sim/engine/run.hpp"
#include "tests/support/catch.hpp"

using namespace sim::engine;

namespace {

Instruction delay(std::int64_t picoseconds) {
  return {Step::delay, 0, 0, 0, picoseconds};
}
Instruction post(std::uint8_t slot, std::uint32_t operation) {
  return {Step::post, slot, 0, operation, 0};
}
Instruction wait(std::uint8_t slot, std::uint32_t instance) {
  return {Step::wait, slot, 0, instance, 0};
}

// A system in which actor i runs program i, and all members of a meeting are attached at one slot.
struct Builder {
  System system;
  explicit Builder(std::size_t slots) { system.slot_posts.assign(slots, 1); }
  void actor(const std::vector<Instruction>& program) {
    system.instructions.insert(system.instructions.end(), program.begin(), program.end());
    system.program_begin.push_back(static_cast<std::uint32_t>(system.instructions.size()));
    system.program.push_back(system.actors());
    system.meeting_at.resize(system.meeting_at.size() + system.slots(), kNoMeeting);
  }
  void meeting(const std::vector<std::pair<std::uint32_t, std::uint8_t>>& members, const Activity& activity,
               const std::vector<std::pair<std::uint32_t, std::int64_t>>& usage = {}) {
    for (const auto& [actor, slot] : members) {
      system.meeting_at[actor * system.slots() + slot] = system.meetings();
      system.member.push_back(actor);
      system.member_slot.push_back(slot);
    }
    system.member_begin.push_back(static_cast<std::uint32_t>(system.member.size()));
    system.shape.push_back(system.meetings());
    system.operations = 1;
    system.activities.push_back(activity);
    for (const auto& [resource, weight] : usage) system.rows.add(resource, weight);
    system.rows.close_row();
  }
  RunResult run() {
    check_consistent(system);
    Observer watch;
    return Run<>(system, watch).run();
  }
};

}  // namespace

TEST_CASE("events come out in time order, ties in insertion order") {
  std::mt19937 random(7);
  EventQueue queue;
  std::vector<std::pair<std::int64_t, std::uint32_t>> expected;
  for (std::uint32_t id = 0; id < 5000; ++id) {
    const auto time = static_cast<std::int64_t>(random() % 300);
    queue.push(SimTime(time), id);
    expected.emplace_back(time, id);
  }
  std::sort(expected.begin(), expected.end());
  for (const auto& [time, id] : expected) {
    const EventQueue::Event event = queue.pop();
    REQUIRE(event.time.picoseconds() == time);
    REQUIRE(event.id == id);
  }
  CHECK(queue.empty());
}

TEST_CASE("simulated time rounds half to even and refuses what it cannot hold") {
  CHECK(SimTime::from(sim::Seconds(2.5e-12)).picoseconds() == 2);
  CHECK(SimTime::from(sim::Seconds(3.5e-12)).picoseconds() == 4);
  CHECK_THROWS_AS(SimTime::from(sim::Seconds(-1e-9)), sim::InternalError);
  CHECK_THROWS_AS(SimTime::from(sim::days(107)), sim::InternalError);
  CHECK_THROWS_AS(SimTime::from(sim::Seconds(0.0) / 0.0), sim::InternalError);
}

TEST_CASE("a meeting starts when the last member posts and ends for all at once") {
  // Arrivals at 100 and 250; latency 10, transfer 40: both leave at 300.
  Builder builder(1);
  builder.actor({delay(100), post(0, 0), wait(0, 1)});
  builder.actor({delay(250), post(0, 0), wait(0, 1)});
  builder.meeting({{0, 0}, {1, 0}}, {10, 40, 0, 0, 0});
  const RunResult result = builder.run();
  CHECK(result.finish[0].picoseconds() == 300);
  CHECK(result.finish[1].picoseconds() == 300);
}

TEST_CASE("instances of one meeting run one after another, early posts wait their turn") {
  // Actor 0 posts three times at once, actor 1 at 5, 6 and 100: instances end at 15, 25 and 110.
  Builder builder(1);
  builder.actor({post(0, 0), post(0, 0), post(0, 0), wait(0, 3)});
  builder.actor({delay(5), post(0, 0), delay(1), post(0, 0), delay(94), post(0, 0)});
  builder.meeting({{0, 0}, {1, 0}}, {0, 10, 0, 0, 0});
  const RunResult result = builder.run();
  CHECK(result.finish[0].picoseconds() == 110);
  CHECK(result.finish[1].picoseconds() == 100);
}

TEST_CASE("two flows on one resource take twice as long while both are active") {
  // Both start at 0. The short one (100) runs at half speed until 200; the long one (300) has done 100 by then and
  // needs 200 more alone: 400.
  Builder builder(1);
  builder.system.capacity = {kFullWeight};
  builder.actor({post(0, 0), wait(0, 1)});
  builder.actor({post(0, 0), wait(0, 1)});
  builder.meeting({{0, 0}}, {0, 100, 0, 0, 0}, {{0, kFullWeight}});
  builder.meeting({{1, 0}}, {0, 300, 0, 0, 0}, {{0, kFullWeight}});
  const RunResult result = builder.run();
  CHECK(result.finish[0].picoseconds() == 200);
  CHECK(result.finish[1].picoseconds() == 400);
}

TEST_CASE("latency passes before a flow takes its share") {
  // Flow 1 is alone until 50, then shared: it has 50 left at 50, ends at 150. Flow 2 has done 50 by then; ends at 200.
  Builder builder(1);
  builder.system.capacity = {kFullWeight};
  builder.actor({post(0, 0), wait(0, 1)});
  builder.actor({post(0, 0), wait(0, 1)});
  builder.meeting({{0, 0}}, {0, 100, 0, 0, 0}, {{0, kFullWeight}});
  builder.meeting({{1, 0}}, {50, 100, 0, 0, 0}, {{0, kFullWeight}});
  const RunResult result = builder.run();
  CHECK(result.finish[0].picoseconds() == 150);
  CHECK(result.finish[1].picoseconds() == 200);
}

TEST_CASE("an operation in the background slows the delays of its members by its drag") {
  // Drag 25 % for 100 ps: 80 ps of work are done by 100, the other 120 take 120: 220.
  Builder builder(1);
  builder.actor({post(0, 0), delay(200), wait(0, 1)});
  builder.meeting({{0, 0}}, {0, 100, 0, 0, 250000});
  CHECK(builder.run().finish[0].picoseconds() == 220);
}

TEST_CASE("a listener need not post, and an actor's stretch multiplies its delays") {
  Builder builder(2);
  builder.system.slot_posts = {1, 0};
  builder.actor({delay(100), post(0, 0)});
  builder.actor({wait(1, 1), delay(10)});
  builder.meeting({{0, 0}, {1, 1}}, {3, 4, 0, 0, 0});
  builder.system.stretch = {1.5, 1.0};
  const RunResult result = builder.run();
  CHECK(result.finish[0].picoseconds() == 150);
  CHECK(result.finish[1].picoseconds() == 167);
}

TEST_CASE("a schedule that cannot end names the operations that never ran") {
  // Actor 0 waits for what actor 1 posts only after its own wait.
  Builder builder(2);
  builder.actor({wait(0, 1), post(1, 0), delay(5)});
  builder.actor({wait(1, 1), post(0, 0)});
  builder.meeting({{0, 0}, {1, 0}}, {0, 1, 0, 0, 0});
  builder.meeting({{0, 1}, {1, 1}}, {0, 1, 0, 0, 0});
  Observer watch;
  try {
    Run<>(builder.system, watch).run();
    FAIL("the deadlock went unnoticed");
  } catch (const DeadlockError& error) {
    REQUIRE(error.stuck().size() == 2);
    CHECK_THAT(error.what(), ContainsSubstring("5 operations never ran"));
    CHECK_THAT(error.what(), ContainsSubstring("actor 0 waits at instruction 0 for instance 1 at slot 0"));
  }
}

TEST_CASE("members that post different operations are refused") {
  Builder builder(1);
  builder.actor({post(0, 0)});
  builder.actor({post(0, 1)});
  builder.meeting({{0, 0}, {1, 0}}, {0, 1, 0, 0, 0});
  CHECK_THROWS_AS(check_consistent(builder.system), sim::InternalError);
}
