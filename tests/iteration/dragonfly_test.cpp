#include <map>
#include <random>

#include "sim/base/error.hpp"
#include "sim/engine/run.hpp"
#include "sim/iteration/group_trunks.hpp"
#include "sim/iteration/usage.hpp"
#include "tests/iteration/jobs.hpp"
#include "tests/support/catch.hpp"

using namespace sim;
using namespace sim::iteration;
using test::all_chips;
using topology::ChipId;
using topology::FabricKind;
using topology::LinkId;

namespace {

constexpr double kStep = 0.9;  // rate of a NIC or trunk inside a step, set below

/// Nodes of 8 chips, 8 NICs of 50 GB/s, on a dragonfly; one replica a node. Links are worth `kStep` of their rate and
/// trunks lose nothing in routing, so that closed forms stay short.
Job job_on(int nodes, int nodes_per_group, double taper, FabricKind kind = FabricKind::dragonfly) {
  const std::string chips = std::to_string(8 * nodes), replicas = std::to_string(nodes);
  Job job = test::job_of(
      "quickstart", {"fleet.0.topology=dgx_h100_rail_ndr400", "fleet.0.count=" + chips, "parallel.tp=8",
                     "parallel.dp=" + replicas, "parallel.pp=1", "training.global_batch=" + std::to_string(4 * nodes)});
  job.fabric.kind = kind;
  job.fabric.pods_per_core = 0;
  job.fabric.nodes_per_pod = nodes_per_group;
  job.fabric.core_oversubscription = taper;
  job.network->in_step_share.value = kStep;
  job.network->routing_efficiency.value = 1;
  return job;
}

/// One chip of each node: a group that keeps to its rail.
std::vector<ChipId> first_rail(const Job& job) {
  std::vector<ChipId> chips;
  for (ChipId chip = 0; chip < static_cast<ChipId>(job.chips()); chip += 8) chips.push_back(chip);
  return chips;
}

/// NICs of a group over its links to one other group, B/s in a step.
double trunk_rate(int nodes_per_group, double taper, int groups) {
  return kStep * nodes_per_group * 8 * 50e9 / taper / (groups - 1);
}

/// Share of each trunk between groups that a pattern of the group takes, 1 on the fullest.
std::map<LinkId, double> trunks_of(const FabricView& view, std::span<const ChipId> chips, const UsagePattern& pattern) {
  flow::Rows rows;
  add_row(view, chips, geometry_of(view, chips), pattern, rows);
  std::map<LinkId, double> shares;
  const LinkId first = view.cluster.global.first_link;
  for (std::size_t i = 0; i < rows.resource.size(); ++i) {
    const LinkId link = rows.resource[i];
    if (link >= first && link < view.cluster.links.size()) {
      shares[link] = static_cast<double>(rows.weight[i]) / static_cast<double>(engine::kFullWeight);
    }
  }
  return shares;
}

}  // namespace

TEST_CASE("a ring over the groups is as fast as one trunk, and uses those from each group to the next") {
  const int groups = GENERATE(3, 4, 8);
  const Job job = job_on(2 * groups, 2, 2);
  const FabricView view = build_fabric(job);
  const std::vector<ChipId> rail = first_rail(job), all = all_chips(job);
  const double trunk = trunk_rate(2, 2, groups);
  CAPTURE(groups);
  // One rail crosses each trunk once; all chips own eight rails, which share it.
  CHECK_THAT(geometry_of(view, rail).ring_rate.value(), WithinRel(trunk, 1e-12));
  CHECK_THAT(geometry_of(view, all).ring_rate.value(), WithinRel(trunk / 8, 1e-12));
  const UsagePattern ring{false, false, 0, 1.75, 1.75};
  CHECK_THAT(seconds_per_byte(geometry_of(view, all), ring), WithinRel(1.75 * 8 / trunk, 1e-12));
  const std::map<LinkId, double> used = trunks_of(view, all, ring);
  REQUIRE(used.size() == static_cast<std::size_t>(groups));
  for (int group = 0; group < groups; ++group) {
    const auto from = static_cast<std::uint32_t>(group), to = static_cast<std::uint32_t>((group + 1) % groups);
    CHECK(used.count(view.cluster.global.between(from, to)) == 1);
  }
}

TEST_CASE("an all-to-all fills every trunk with the product of the members at its ends") {
  // Groups of m = 16 chips of n: m m / n buffers from each to each other. The NICs would need 8 (n - 8) / n / 8 buffers
  // at 45 GB/s, which is less.
  const int groups = GENERATE(3, 4, 8);
  const Job job = job_on(2 * groups, 2, 2);
  const FabricView view = build_fabric(job);
  const std::vector<ChipId> all = all_chips(job);
  const double n = 16.0 * groups;
  const UsagePattern exchange{true, false, 0, (n - 8) / n, 0};
  CAPTURE(groups);
  CHECK_THAT(seconds_per_byte(geometry_of(view, all), exchange), WithinRel(256 / n / trunk_rate(2, 2, groups), 1e-12));
  const std::map<LinkId, double> used = trunks_of(view, all, exchange);
  CHECK(used.size() == static_cast<std::size_t>(groups * (groups - 1)));
  for (const auto& [link, share] : used) CHECK(share == 1);
}

TEST_CASE("an all-to-all over groups with unequal members loads their trunks unequally") {
  // 2, 2 and 1 nodes: 16, 16 and 8 members; the trunk between the first two is the fullest, the others half as full.
  const Job job = job_on(5, 2, 2);
  const FabricView view = build_fabric(job);
  const UsagePattern exchange{true, false, 0, 32.0 / 40, 0};
  const std::map<LinkId, double> used = trunks_of(view, all_chips(job), exchange);
  REQUIRE(used.size() == 6);
  CHECK(used.at(view.cluster.global.between(0, 1)) == 1);
  CHECK(used.at(view.cluster.global.between(1, 0)) == 1);
  CHECK(used.at(view.cluster.global.between(0, 2)) == 0.5);
  CHECK(used.at(view.cluster.global.between(2, 1)) == 0.5);
}

TEST_CASE("a message between groups takes their trunk and no other") {
  // A trunk of 0.9 x 800 / 40 / 3 = 6 GB/s is narrower than the NIC's 45 GB/s.
  const Job job = job_on(8, 2, 40);
  const FabricView view = build_fabric(job);
  const std::vector<ChipId> pair{40, 7};  // groups 2 and 0
  const UsagePattern send{false, true, 0, 1, 1};
  CHECK_THAT(seconds_per_byte(geometry_of(view, pair), send), WithinRel(1 / 6e9, 1e-12));
  const std::map<LinkId, double> used = trunks_of(view, pair, send);
  REQUIRE(used.size() == 1);
  CHECK(used.begin()->first == view.cluster.global.between(2, 0));
}

TEST_CASE("a dragonfly of two groups without taper never binds") {
  CHECK(!build_fabric(job_on(8, 4, 1)).any_trunk_binds);
  CHECK(build_fabric(job_on(8, 2, 1)).any_trunk_binds);  // four groups: a trunk is a third of a group's NICs
}

TEST_CASE("a job on one group of a dragonfly is timed as on one pod of a fat tree, bit for bit") {
  const IterationResult group = test::simulated(job_on(4, 4, 8));
  const IterationResult pod = test::simulated(job_on(4, 4, 8, FabricKind::fat_tree));
  CHECK(group.seconds == pod.seconds);
  CHECK(group.finish == pod.finish);
  CHECK(test::simulated(job_on(4, 2, 8)).seconds > group.seconds);
}

TEST_CASE("folded equals unfolded bit for bit on random dragonflies") {
  std::mt19937 random(31);
  const auto pick = [&random](std::initializer_list<int> of) { return *(of.begin() + random() % of.size()); };
  int crossed = 0;
  for (int draw = 0; draw < 40; ++draw) {
    const bool has_experts = pick({0, 1}) == 1;
    const int tp = pick({1, 2, 4, 8}), pp = pick({1, 2, 4}), dp = pick({2, 4, 6, 8});
    const int chips = (tp * pp * dp + 7) / 8 * 8;
    std::vector<std::string> keys = {
        "fleet.0.topology=dgx_h100_rail_ndr400", "fleet.0.count=" + std::to_string(chips),
        "parallel.tp=" + std::to_string(tp),     "parallel.pp=" + std::to_string(pp),
        "parallel.dp=" + std::to_string(dp),     "training.global_batch=" + std::to_string(4 * dp)};
    if (has_experts) keys.insert(keys.end(), {"model=mixtral-8x7b", "parallel.ep=2"});
    Job job = test::job_of("quickstart", keys);
    job.fabric.kind = FabricKind::dragonfly;
    job.fabric.pods_per_core = pick({0, 40});
    job.fabric.nodes_per_pod = pick({1, 2, 3});
    job.fabric.core_oversubscription = pick({1, 2, 8});
    job.fabric.oversubscription = pick({1, 1, 4});
    job.fabric.routing = pick({0, 0, 1}) == 1 ? topology::Routing::hashed : topology::Routing::fluid;
    CAPTURE(draw, tp, pp, dp, has_experts);
    crossed += build_fabric(job).any_trunk_binds ? 1 : 0;
    const IterationResult folded = test::simulated(job), full = test::simulated(job, false);
    REQUIRE(folded.seconds == full.seconds);
    REQUIRE(folded.finish == full.finish);
  }
  CHECK(crossed > 15);
}
