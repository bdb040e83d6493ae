#include "sim/campaign/checkpoints.hpp"

#include <utility>

#include "tests/campaign/plans.hpp"
#include "tests/support/catch.hpp"

namespace sim::campaign {
namespace {

Checkpoints after(const std::vector<CheckpointTier>& tiers, std::int64_t seconds) {
  Checkpoints checkpoints(tiers, day(0));
  checkpoints.advance({day(0), 0, 1.0}, seconds, Span{});  // a step a second
  return checkpoints;
}

}  // namespace

TEST_CASE("a failure goes back to the newest state that its scope leaves, by the tier that loads it faster") {
  // Storage saves every 30 steps and takes 60 s to load, local disks every 10 and 5 s; a lost node takes its disk
  // along.
  const std::vector<CheckpointTier> tiers{
      {"storage", Seconds(30), Seconds(), Seconds(), Seconds(60), Scope::job},
      {"disk", Seconds(10), Seconds(), Seconds(), Seconds(5), Scope::process},
  };
  const auto restored = [&](std::int64_t seconds, Scope scope) {
    const Restored from = after(tiers, seconds).restore(day(1), scope);
    return std::pair(from.saved.step, from.load.value());
  };
  CHECK(restored(45, Scope::process) == std::pair(std::int64_t{40}, 5.0));
  CHECK(restored(45, Scope::node) == std::pair(std::int64_t{30}, 60.0));
  CHECK(restored(45, Scope::job) == std::pair(std::int64_t{30}, 60.0));
  CHECK(restored(35, Scope::process) == std::pair(std::int64_t{30}, 5.0));  // both have it
  CHECK(restored(25, Scope::node) == std::pair(std::int64_t{0}, 0.0));      // the beginning needs no loading
}

TEST_CASE("what is lost with a node does not come back with the next failure") {
  const std::vector<CheckpointTier> tiers{{"disk", Seconds(10), Seconds(), Seconds(), Seconds(5), Scope::process}};
  Checkpoints checkpoints = after(tiers, 45);
  CHECK(checkpoints.restore(day(1), Scope::node).saved.step == 0);
  CHECK(checkpoints.restore(day(1), Scope::process).saved.step == 0);
}

TEST_CASE("a checkpoint that is still being written does not count") {
  // Saved after 20 and 40 s, each whole 20 s later.
  const std::vector<CheckpointTier> tiers{{"storage", Seconds(20), Seconds(), Seconds(20), Seconds(), Scope::job}};
  const auto step = [&](double at) {
    return after(tiers, 50).restore(day(0) + span_of(Seconds(at)), Scope::job).saved.step;
  };
  CHECK(step(59) == 20);
  CHECK(step(60) == 40);
}

}  // namespace sim::campaign
