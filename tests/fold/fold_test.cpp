#include "sim/fold/fold.hpp"

#include <algorithm>
#include <numeric>
#include <random>

#include "sim/engine/run.hpp"
#include "sim/fold/certificate.hpp"
#include "sim/fold/quotient.hpp"
#include "tests/support/catch.hpp"

using namespace sim::engine;

namespace {

RunResult run(const System& system) {
  check_consistent(system);
  Observer watch;
  return Run<>(system, watch).run();
}

/// Actors on rings: each computes, exchanges with its row (slot 0), sends to the next actor of its column (slots 1, 2),
/// and joins its column for a long transfer in the background (slot 3). Links are shared as the case says.
struct Case {
  int rows = 4, columns = 6, rounds = 5;
  bool shares_links = true;
  unsigned seed = 1;
  bool perturbs = false;
};

std::uint32_t actor_at(const Case& c, int row, int column) {
  return static_cast<std::uint32_t>((column + c.columns) % c.columns * c.rows + row);
}

System make_system(const Case& c) {
  std::mt19937 random(c.seed);
  const auto pick = [&](int least, int most) {
    return static_cast<std::int64_t>(least + static_cast<int>(random() % static_cast<unsigned>(most - least + 1)));
  };
  System system;
  system.slot_posts = {1, 1, 0, 1};
  system.operations = 3;
  std::vector<Instruction> program{{Step::post, 3, 0, 2, 0}};
  for (int round = 0; round < c.rounds; ++round) {
    const auto number = static_cast<std::uint32_t>(round + 1);
    program.push_back({Step::delay, 0, 0, 0, pick(50, 5000)});
    program.push_back({Step::post, 0, 0, 0, 0});
    program.push_back({Step::wait, 0, 0, number, 0});
    program.push_back({Step::post, 1, 0, 1, 0});
    program.push_back({Step::delay, 0, 0, 0, pick(50, 3000)});
    program.push_back({Step::wait, 2, 0, number, 0});
  }
  program.push_back({Step::wait, 3, 0, 1, 0});
  system.instructions = program;
  system.program_begin.push_back(static_cast<std::uint32_t>(program.size()));
  const auto actors = static_cast<std::uint32_t>(c.rows * c.columns);
  system.program.assign(actors, 0);
  system.stretch.assign(actors, 1.0);
  if (c.perturbs) system.stretch[random() % actors] = 1.25;
  system.meeting_at.assign(std::size_t{actors} * 4, kNoMeeting);

  // Link 2a is actor a's way out, 2a + 1 its way in; then one trunk each way per two columns.
  const std::uint32_t trunks = 2 * actors;
  const auto trunk_of = [&](std::uint32_t actor) { return trunks + actor / static_cast<std::uint32_t>(2 * c.rows); };
  system.capacity.assign(trunks + static_cast<std::size_t>(c.columns + 1) / 2 + 1, kFullWeight);
  const std::int64_t half = kFullWeight / 2, third = kFullWeight / 3;
  const auto add = [&](const std::vector<std::pair<std::uint32_t, std::uint8_t>>& members, std::uint32_t shape) {
    for (const auto& [actor, slot] : members) {
      system.meeting_at[std::size_t{actor} * 4 + slot] = system.meetings();
      system.member.push_back(actor);
      system.member_slot.push_back(slot);
      if (!c.shares_links || shape == 0) continue;
      system.rows.add(2 * actor + (slot == 2 ? 1U : 0U), shape == 1 ? kFullWeight : half);
      if (shape == 2) system.rows.add(trunk_of(actor), third);
    }
    system.rows.close_row();
    system.member_begin.push_back(static_cast<std::uint32_t>(system.member.size()));
    system.shape.push_back(shape);
  };
  for (int column = 0; column < c.columns; ++column) {
    std::vector<std::pair<std::uint32_t, std::uint8_t>> row_group;
    for (int row = 0; row < c.rows; ++row) row_group.emplace_back(actor_at(c, row, column), std::uint8_t{0});
    add(row_group, 0);
  }
  for (int column = 0; column < c.columns; ++column) {
    for (int row = 0; row < c.rows; ++row) {
      add({{actor_at(c, row, column), 1}, {actor_at(c, row, column + 1), 2}}, 1);
    }
  }
  for (int row = 0; row < c.rows; ++row) {
    std::vector<std::pair<std::uint32_t, std::uint8_t>> all;
    for (int column = 0; column < c.columns; ++column) all.emplace_back(actor_at(c, row, column), std::uint8_t{3});
    add(all, 2);
  }
  const std::int64_t latency = pick(1, 40), transfer = pick(100, 4000);
  system.activities.assign(9, Activity{});
  system.activities[0] = {latency, transfer, 0, 0, 0};
  system.activities[4] = {latency / 2, transfer / 3 + 1, 0, 1, 0};
  system.activities[8] = {3 * latency, 9 * transfer, 0, 1, pick(0, 1) == 0 ? 0U : 150000U};
  return system;
}

/// Lays `copies` copies of a system side by side and joins them crosswise: copy i's second member of every meeting
/// moves to copy i + shift. No symmetry of the result is needed for folding, only that neighbourhoods look alike.
System lift(const System& base, std::uint32_t copies, unsigned seed) {
  std::mt19937 random(seed);
  System lifted = base;
  lifted.program.clear();
  lifted.stretch.clear();
  lifted.meeting_at.assign(std::size_t{base.actors()} * copies * base.slots(), kNoMeeting);
  lifted.member.clear();
  lifted.member_slot.clear();
  lifted.member_begin = {0};
  lifted.shape.clear();
  lifted.capacity.clear();
  lifted.rows = {};
  for (std::uint32_t copy = 0; copy < copies; ++copy) {
    lifted.program.insert(lifted.program.end(), base.program.begin(), base.program.end());
    lifted.stretch.insert(lifted.stretch.end(), base.stretch.begin(), base.stretch.end());
    lifted.capacity.insert(lifted.capacity.end(), base.capacity.begin(), base.capacity.end());
  }
  // Permutation of copies per (meeting, member) and per (row entry): every cover of the base graph arises this way.
  const auto shuffled = [&] {
    std::vector<std::uint32_t> order(copies);
    std::iota(order.begin(), order.end(), 0U);
    std::shuffle(order.begin(), order.end(), random);
    return order;
  };
  std::vector<std::vector<std::uint32_t>> of_member, of_entry;
  for (std::size_t i = 0; i < base.member.size(); ++i) of_member.push_back(shuffled());
  for (std::size_t i = 0; i < base.rows.resource.size(); ++i) of_entry.push_back(shuffled());
  for (std::uint32_t copy = 0; copy < copies; ++copy) {
    for (std::uint32_t meeting = 0; meeting < base.meetings(); ++meeting) {
      for (std::uint32_t i = base.member_begin[meeting]; i < base.member_begin[meeting + 1]; ++i) {
        const std::uint32_t actor = of_member[i][copy] * base.actors() + base.member[i];
        lifted.meeting_at[std::size_t{actor} * base.slots() + base.member_slot[i]] = lifted.meetings();
        lifted.member.push_back(actor);
        lifted.member_slot.push_back(base.member_slot[i]);
      }
      lifted.member_begin.push_back(static_cast<std::uint32_t>(lifted.member.size()));
      lifted.shape.push_back(base.shape[meeting]);
      const auto resources = static_cast<std::uint32_t>(base.capacity.size());
      for (std::uint32_t e = base.rows.begin[meeting]; e < base.rows.begin[meeting + 1]; ++e) {
        lifted.rows.add(of_entry[e][copy] * resources + base.rows.resource[e], base.rows.weight[e]);
      }
      lifted.rows.close_row();
    }
  }
  return lifted;
}

void require_equal_runs(const System& system) {
  const RunResult full = run(system);
  const sim::fold::Folded folded = sim::fold::fold(system);
  const RunResult quotient = run(folded.system);
  REQUIRE(quotient.end == full.end);
  for (std::uint32_t actor = 0; actor < system.actors(); ++actor) {
    REQUIRE(quotient.finish[folded.actor[actor]] == full.finish[actor]);
  }
}

}  // namespace

TEST_CASE("folded and full runs agree on every actor, bit for bit") {
  Case c;
  c.seed = GENERATE(range(1U, 101U));
  c.shares_links = c.seed % 3 != 0;
  c.perturbs = c.seed % 2 == 0;
  c.columns = 3 + static_cast<int>(c.seed % 5);
  CAPTURE(c.seed);
  require_equal_runs(make_system(c));
}

TEST_CASE("a system of equal actors folds to one actor") {
  Case c;
  c.columns = 6;
  const System system = make_system(c);
  const sim::fold::Folded folded = sim::fold::fold(system);
  CHECK(folded.system.actors() == 1);
  CHECK(folded.multiplicity[0] == 24);
}

TEST_CASE("one slow actor splits only what it can be told apart by") {
  Case c;
  c.perturbs = true;
  const System system = make_system(c);
  const sim::fold::Folded folded = sim::fold::fold(system);
  CHECK(folded.system.actors() > 1);
  CHECK(folded.system.actors() < system.actors());
}

TEST_CASE("random lifts fold back and keep every actor's history, without any symmetry to lean on") {
  Case c;
  c.seed = GENERATE(range(200U, 300U));
  c.perturbs = c.seed % 2 == 0;
  c.columns = 4;
  const System base = make_system(c);
  const System lifted = lift(base, 2 + c.seed % 4, c.seed);
  CAPTURE(c.seed);
  require_equal_runs(lifted);
  CHECK(sim::fold::fold(lifted).system.actors() <= base.actors());
}

TEST_CASE("the numbers of actors do not matter") {
  Case c;
  c.seed = GENERATE(range(300U, 400U));
  c.perturbs = true;
  System system = make_system(c);
  const RunResult before = run(system);
  std::vector<std::uint32_t> order(system.actors());
  std::iota(order.begin(), order.end(), 0U);
  std::mt19937 random(c.seed);
  std::shuffle(order.begin(), order.end(), random);
  System renumbered = system;
  for (std::uint32_t actor = 0; actor < system.actors(); ++actor) {
    renumbered.stretch[order[actor]] = system.stretch[actor];
    for (std::uint32_t slot = 0; slot < system.slots(); ++slot) {
      renumbered.meeting_at[std::size_t{order[actor]} * system.slots() + slot] = system.meeting(actor, slot);
    }
  }
  for (std::uint32_t& member : renumbered.member) member = order[member];
  const RunResult after = run(renumbered);
  for (std::uint32_t actor = 0; actor < system.actors(); ++actor) {
    REQUIRE(after.finish[order[actor]] == before.finish[actor]);
  }
  require_equal_runs(renumbered);
}

TEST_CASE("the certificate refuses a partition that is too coarse") {
  Case c;
  c.perturbs = true;
  const System system = make_system(c);
  const auto entries = sim::fold::transpose(system);
  sim::fold::Partition coarse = sim::fold::refine(system, entries);
  CHECK_NOTHROW(sim::fold::certify(system, entries, coarse));
  // Put the slow actor into another actor's cell.
  const auto slow = static_cast<std::uint32_t>(std::max_element(system.stretch.begin(), system.stretch.end()) -
                                               system.stretch.begin());
  coarse.cell[slow] = coarse.cell[slow == 0 ? 1 : 0];
  CHECK_THROWS_AS(sim::fold::certify(system, entries, coarse), sim::InternalError);
}
