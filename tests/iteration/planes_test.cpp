#include "tests/iteration/jobs.hpp"
#include "tests/support/catch.hpp"

using namespace sim;

namespace {

/// 8 nodes in 4 pods whose leaves are oversubscribed; replicas exchange rail by rail.
iteration::Job job_on(topology::FabricKind kind) {
  iteration::Job job = test::job_of("quickstart", {"fleet.0.topology=dgx_h100_rail_ndr400", "fleet.0.count=64",
                                                   "parallel.tp=8", "parallel.dp=8", "training.global_batch=64"});
  job.fabric.kind = kind;
  job.fabric.nodes_per_pod = 2;
  job.fabric.oversubscription = 8;
  return job;
}

}  // namespace

TEST_CASE("groups that keep to their rails see no difference between rails that meet above and planes that do not") {
  const iteration::IterationResult rails = test::simulated(job_on(topology::FabricKind::rail_fat_tree));
  const iteration::IterationResult planes = test::simulated(job_on(topology::FabricKind::rail_planes));
  CHECK(rails.seconds == planes.seconds);
  CHECK(planes.finish == test::simulated(job_on(topology::FabricKind::rail_planes), false).finish);
}

TEST_CASE("a failed plane slows the replicas that exchange over it") {
  iteration::Job job = job_on(topology::FabricKind::rail_planes);
  const Seconds whole = test::simulated(job).seconds;
  for (std::uint32_t pod = 0; pod < 4; ++pod) {
    job.degradations.push_back({iteration::Degradation::Part::leaf, pod, 3, 0.2});
  }
  CHECK(test::simulated(job).seconds > whole);
}
