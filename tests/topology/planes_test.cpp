#include "sim/base/error.hpp"
#include "sim/topology/metrics.hpp"
#include "tests/support/catch.hpp"
#include "tests/topology/machines.hpp"

using namespace sim;
using namespace sim::topology;
using namespace sim::topology::test;

TEST_CASE("each rail of a fabric of planes has a tree of its own") {
  // 4 nodes in 2 pods: 8 planes of 2 leaves and one spine; with a core over every pod, 8 planes of 2 spines and a core.
  FabricSpec spec = fabric(FabricKind::rail_planes, 2);
  const Cluster two_tiers = build({switched_node(32)}, spec);
  CHECK(two_tiers.planes == 8);
  CHECK(count(two_tiers, VertexKind::leaf) == 16);
  CHECK(count(two_tiers, VertexKind::spine) == 8);
  CHECK(count(two_tiers, VertexKind::core) == 0);
  spec.pods_per_core = 1;
  const Cluster three_tiers = build({switched_node(32)}, spec);
  CHECK(count(three_tiers, VertexKind::spine) == 16);
  CHECK(count(three_tiers, VertexKind::core) == 8);
  CHECK(length(three_tiers, 0, 24) == 8);  // chip, NIC, leaf, spine, core, and down the same
}

TEST_CASE("a path between planes changes over inside the sender's node") {
  // Chip 3 of node 0 to chip 5 of node 3: over the node's switch to chip 5 (two hops), then six hops on plane 5.
  const Cluster cluster = build({switched_node(32)}, fabric(FabricKind::rail_planes, 2));
  CHECK(length(cluster, 3, 24 + 3) == 6);
  VertexId at = 3;
  int hops = 0;
  for_each_hop(cluster, 3, 24 + 5, [&](LinkId link, double share) {
    CHECK(share == 1.0);
    CHECK(cluster.links[link].from == at);
    at = cluster.links[link].to;
    if (++hops == 2) CHECK(at == 5);
    if (hops > 2) CHECK(cluster.links[link].tier != LinkTier::scale_up);
  });
  CHECK(hops == 8);
  CHECK(at == 24 + 5);
}

TEST_CASE("the bisection of planes is the sum over the planes, oversubscribed or not") {
  // Half of 4 nodes: 2 x 8 NICs of 50 GB/s = 800 GB/s; with leaves of 2 to 1 a pod's 16 NICs share 400 GB/s.
  CHECK(measure(build({switched_node(32)}, fabric(FabricKind::rail_planes, 2))).bisection.value() == 800e9);
  CHECK(measure(build({switched_node(32)}, fabric(FabricKind::rail_planes, 2, 2.0))).bisection.value() == 400e9);
}

TEST_CASE("planes need full nodes with the same NICs") {
  const FabricSpec spec = fabric(FabricKind::rail_planes, 2);
  REQUIRE_THROWS_AS(build({switched_node(30)}, spec), InputError);
  REQUIRE_THROWS_AS(build({switched_node(16), host_only(16, 2)}, spec), InputError);
}
