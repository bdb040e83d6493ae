#include <cmath>
#include <random>

#include "sim/engine/run.hpp"
#include "tests/oracle/stepper.hpp"
#include "tests/support/catch.hpp"

using namespace sim::engine;

namespace {

/// Draws systems without any regularity: meetings of random actors, posting or listening, operations of random length,
/// latency, drag and links. Posts are dealt out along one list of instances, and an actor waits only for instances that
/// stand earlier in it, so that every system ends.
class SystemDraw {
 public:
  explicit SystemDraw(unsigned seed) : random_(seed) {}

  System system() {
    actors_ = static_cast<std::uint32_t>(between(2, 7));
    const auto meetings = static_cast<std::uint32_t>(between(1, 9));
    System made;
    made.operations = 3;
    made.patterns = 2;
    // A slot of its own for every meeting and role, so that any actor may take any part in any of them.
    for (std::uint32_t meeting = 0; meeting < meetings; ++meeting)
      made.slot_posts.insert(made.slot_posts.end(), {1, 0});
    made.meeting_at.assign(std::size_t{actors_} * made.slots(), kNoMeeting);
    for (std::int64_t link = between(1, 5); link > 0; --link) made.capacity.push_back(between(500, 2000));
    for (std::uint32_t meeting = 0; meeting < meetings; ++meeting) add_meeting(made);
    add_programs(made);
    for (std::uint32_t actor = 0; actor < actors_; ++actor) {
      made.stretch.push_back(one_in(3) ? 0.01 * static_cast<double>(between(80, 150)) : 1.0);
    }
    return made;
  }

 private:
  std::int64_t between(std::int64_t least, std::int64_t most) {
    return least + static_cast<std::int64_t>(random_() % static_cast<unsigned>(most - least + 1));
  }
  bool one_in(std::int64_t count) { return between(1, count) == 1; }

  void add_meeting(System& made) {
    const std::uint32_t meeting = made.meetings();
    const auto first = static_cast<std::uint32_t>(between(0, actors_ - 1));
    for (std::uint32_t actor = 0; actor < actors_; ++actor) {
      if (actor != first && one_in(2)) continue;
      const auto slot = static_cast<std::uint8_t>(2 * meeting + (actor != first && one_in(3) ? 1 : 0));
      made.meeting_at[std::size_t{actor} * made.slots() + slot] = meeting;
      made.member.push_back(actor);
      made.member_slot.push_back(slot);
    }
    made.member_begin.push_back(static_cast<std::uint32_t>(made.member.size()));
    made.shape.push_back(meeting);
    for (std::uint32_t operation = 0; operation < made.operations; ++operation) {
      made.activities.push_back({one_in(3) ? 0 : between(1, 60), one_in(8) ? 0 : between(1, 400),
                                 static_cast<std::uint16_t>(between(0, 1)), 0,
                                 one_in(3) ? static_cast<std::uint32_t>(between(1, 600000)) : 0U});
    }
    for (std::uint32_t pattern = 0; pattern < made.patterns; ++pattern) {
      for (std::uint32_t link = 0; link < made.capacity.size(); ++link) {
        if (one_in(2)) made.rows.add(link, between(100, 1000));
      }
      made.rows.close_row();
    }
  }

  void add_programs(System& made) {
    std::vector<std::vector<Instruction>> program(actors_), owed(actors_);
    std::vector<std::uint32_t> instances(made.meetings(), 0);
    for (std::int64_t round = between(5, 40); round > 0; --round) {
      const auto meeting = static_cast<std::uint32_t>(between(0, made.meetings() - 1));
      const auto operation = static_cast<std::uint32_t>(between(0, made.operations - 1));
      ++instances[meeting];
      for (std::uint32_t i = made.member_begin[meeting]; i < made.member_begin[meeting + 1]; ++i) {
        const std::uint32_t actor = made.member[i];
        const std::uint8_t slot = made.member_slot[i];
        if (one_in(2)) program[actor].push_back({Step::delay, 0, 0, 0, between(0, 300)});
        if (made.slot_posts[slot]) program[actor].push_back({Step::post, slot, 0, operation, 0});
        owed[actor].push_back({Step::wait, slot, 0, instances[meeting], 0});
        if (one_in(2)) pay(owed[actor], program[actor]);
      }
    }
    for (std::uint32_t actor = 0; actor < actors_; ++actor) {
      if (!one_in(4)) pay(owed[actor], program[actor]);
      made.instructions.insert(made.instructions.end(), program[actor].begin(), program[actor].end());
      made.program_begin.push_back(static_cast<std::uint32_t>(made.instructions.size()));
      made.program.push_back(actor);
    }
  }

  static void pay(std::vector<Instruction>& owed, std::vector<Instruction>& program) {
    program.insert(program.end(), owed.begin(), owed.end());
    owed.clear();
  }

  std::mt19937 random_;
  std::uint32_t actors_ = 0;
};

}  // namespace

// Both round the end of a shared flow or dragged delay up to whole picoseconds. Where the exact end is a whole number,
// the last bit of a double may put either of them one picosecond later; nothing else may differ.
TEST_CASE("the engine finishes every actor when stepping through each picosecond does") {
  int actors = 0, exact = 0, shared = 0;
  for (unsigned seed = 1; seed <= 800; ++seed) {
    const System system = SystemDraw(seed).system();
    check_consistent(system);
    Observer watch;
    const RunResult ours = Run<>(system, watch).run();
    sim::oracle::Stepper stepper(system);
    const std::vector<std::int64_t> finish = stepper.run(1'000'000);
    shared += stepper.shared();
    for (std::uint32_t actor = 0; actor < system.actors(); ++actor) {
      CAPTURE(seed, actor, finish[actor], ours.finish[actor].picoseconds());
      const std::int64_t difference = std::abs(ours.finish[actor].picoseconds() - finish[actor]);
      CHECK(difference <= 2);
      ++actors;
      if (difference == 0) ++exact;
    }
  }
  CHECK(exact >= actors * 99 / 100);
  CHECK(shared > 2000);  // the draws do make flows share
}
