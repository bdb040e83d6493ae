#include <algorithm>

#include "sim/base/error.hpp"
#include "sim/config/scenario.hpp"
#include "sim/iteration/simulate.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/source_folder.hpp"

using namespace sim;
using iteration::Degradation;
using Part = Degradation::Part;

namespace {

// The GPT-4 layout with fewer replicas: 8 x 15 x dp chips on rails of 32-node pods.
iteration::Job gpt4(int dp, int micro_batches) {
  return config::make_job(config::load_scenario(
      sim::test::source_folder() + "/scenarios/gpt4_h100.yaml",
      {"parallel.dp=" + std::to_string(dp), "training.global_batch=" + std::to_string(dp * micro_batches),
       "fleet.0.count=" + std::to_string(std::max(10000, 120 * dp))}));
}

iteration::IterationResult run(const iteration::Job& job, bool folds = true) {
  return iteration::simulate(job, {.fold = folds, .check_stability = false});
}

void require_same(const iteration::IterationResult& a, const iteration::IterationResult& b) {
  REQUIRE(a.seconds == b.seconds);
  REQUIRE(a.finish.size() == b.finish.size());
  for (std::size_t rank = 0; rank < a.finish.size(); ++rank) REQUIRE(a.finish[rank] == b.finish[rank]);
}

}  // namespace

TEST_CASE("degraded parts slow the iteration, and folded and unfolded runs agree on every rank") {
  const iteration::Job healthy = gpt4(16, 20);
  const iteration::IterationResult before = run(healthy);
  const Degradation what = GENERATE(Degradation{Part::chip, 100, 0, 0.9}, Degradation{Part::node, 7, 0, 0.8},
                                    Degradation{Part::nic, 100, 0, 0.5}, Degradation{Part::nic, 100, 0, 0},
                                    Degradation{Part::scale_up, 3, 0, 0.5}, Degradation{Part::leaf, 1, 2, 0.02});
  iteration::Job job = healthy;
  job.degradations = {what};
  CAPTURE(static_cast<int>(what.part), what.factor);
  const iteration::IterationResult after = run(job);
  CHECK(after.seconds > before.seconds);
  CHECK(after.simulation.cells > before.simulation.cells);
  CHECK(after.simulation.cells < after.simulation.ranks);
  require_same(after, run(job, false));
}

TEST_CASE("a part that is not there is an input error that names the key") {
  iteration::Job job = gpt4(16, 20);
  job.degradations = {Degradation{Part::chip, 12000, 0, 0.9}};
  CHECK_THROWS_WITH(run(job), ContainsSubstring("degrade.0.chip: there is no chip 12000"));
  job.degradations = {Degradation{Part::leaf, 99, 0, 0.9}};
  CHECK_THROWS_WITH(run(job), ContainsSubstring("degrade.0.link: there is no leaf 99/0"));
  job.degradations = {Degradation{Part::chip, 1, 0, 0}};
  CHECK_THROWS_WITH(run(job), ContainsSubstring("only a NIC can be gone"));
}

TEST_CASE("hashed uplinks split every rank apart and still agree with the full run") {
  iteration::Job job = gpt4(16, 5);
  job.fabric.nodes_per_pod = 4;
  job.fabric.routing = topology::Routing::hashed;
  const iteration::IterationResult folded = run(job);
  CHECK(folded.simulation.cells > folded.simulation.ranks / 2);
  require_same(folded, run(job, false));
  job.fabric.routing = topology::Routing::fluid;
  CHECK(folded.seconds >= run(job).seconds);
}

TEST_CASE("a run beyond its event budget is refused with what to do, never cut short") {
  const iteration::Job job = gpt4(16, 20);
  CHECK_THROWS_WITH(iteration::simulate(job, {.event_budget = 1000}), ContainsSubstring("the budget is 1000"));
}

TEST_CASE("symmetric fleets on a non-blocking fabric are stable, starved ones report a spread") {
  const iteration::Job job = gpt4(16, 20);
  const iteration::IterationResult calm = iteration::simulate(job);
  CHECK(calm.simulation.instability < 10);
  CHECK_FALSE(calm.simulation.spread.has_value());
}

TEST_CASE("one slow chip of 11,520 is simulated in under a second and slows the run as in the full simulation (slow)") {
  iteration::Job job = gpt4(96, 15);
  job.degradations = {Degradation{Part::chip, 5000, 0, 0.9}};
  const iteration::IterationResult folded = run(job);
  CHECK(folded.simulation.cpu_seconds < 1.0);
  require_same(folded, run(job, false));
}
