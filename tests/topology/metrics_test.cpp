#include "sim/topology/metrics.hpp"

#include "sim/base/error.hpp"
#include "sim/topology/graph.hpp"
#include "sim/topology/patterns.hpp"
#include "tests/support/catch.hpp"
#include "tests/topology/machines.hpp"

using namespace sim;
using namespace sim::topology;
using namespace sim::topology::test;

namespace {

LinkLoads pairwise_all_to_all(const Cluster& cluster) {
  LinkLoads loads(cluster.links.size(), 0.0);
  const auto chips = static_cast<ChipId>(cluster.chips.size());
  for (ChipId from = 0; from < chips; ++from) {
    for (ChipId to = 0; to < chips; ++to) {
      for_each_hop(cluster, from, to, [&](LinkId link, double share) { loads[link] += share / chips; });
    }
  }
  return loads;
}

}  // namespace

TEST_CASE("max-flow is the smallest cut") {
  // 0 -> 1 (3 GB/s) -> 3 (2), 0 -> 2 (2) -> 3 (4), 1 -> 2 (5): out of 0 at most 5, and 2 + 4 into 3: all 5 pass.
  const double giga = 1e9;
  std::vector<FlowEdge> edges{{0, 1, 3 * giga}, {1, 3, 2 * giga}, {0, 2, 2 * giga}, {2, 3, 4 * giga}, {1, 2, 5 * giga}};
  CHECK(max_flow(4, edges, 0, 3).value() == 5 * giga);
  edges.push_back({2, 1, 7 * giga});  // a way back changes nothing
  CHECK(max_flow(4, edges, 0, 3).value() == 5 * giga);
  edges.push_back({1, 3, 1 * giga});  // parallel to an edge: 0's 5 GB/s still bind
  CHECK(max_flow(4, edges, 0, 3).value() == 5 * giga);
  edges[0].capacity = 9 * giga;  // now 3 + 4 into vertex 3 bind
  CHECK(max_flow(4, edges, 0, 3).value() == 7 * giga);
}

TEST_CASE("metrics count the parts of a machine") {
  const TopologyMetrics metrics = measure(build({switched_node(32)}, fabric(FabricKind::rail_fat_tree, 2)));
  CHECK(metrics.chips == 32);
  CHECK(metrics.nodes == 4);
  CHECK(metrics.nics == 32);
  CHECK(metrics.switches == 4 + 16 + 1);
  CHECK(metrics.links == 224);
}

TEST_CASE("the bisection of a non-blocking fat tree is half of its NICs") {
  // 8 nodes x 8 NICs x 50 GB/s = 3,200 GB/s; half: 1,600, whatever the kind of tree.
  const FabricKind kind = GENERATE(FabricKind::rail_fat_tree, FabricKind::fat_tree);
  CHECK(measure(build({switched_node(64)}, fabric(kind, 4))).bisection.value() == 1600e9);
}

TEST_CASE("oversubscription of four leaves a quarter of the bisection when the halves end at a pod") {
  const FabricKind kind = GENERATE(FabricKind::rail_fat_tree, FabricKind::fat_tree);
  CHECK(measure(build({switched_node(64)}, fabric(kind, 4, 4.0))).bisection.value() == 400e9);
}

TEST_CASE("halves that cut a pod also use its leaves") {
  // Six nodes in pods of 4 and 2: the halves end after node 2, so pod 0 holds nodes 0-2 | 3. Per rail, without
  // uplinks: leaf 0 passes node 3's 50 GB/s. Uplink of 4 x 50 / 4 = 50 GB/s to pod 1, whose two nodes take at most
  // 100: 50 more. Eight rails: 800 GB/s.
  CHECK(measure(build({switched_node(48)}, fabric(FabricKind::rail_fat_tree, 4, 4.0))).bisection.value() == 800e9);
}

TEST_CASE("the core's oversubscription bounds the bisection between groups") {
  // 8 nodes, 2 a pod, 2 pods a group: a group has 4 nodes x 400 GB/s = 1,600 up, over 7: 228.571 GB/s, to 1 MB/s.
  FabricSpec spec = fabric(FabricKind::rail_fat_tree, 2);
  spec.pods_per_core = 2;
  spec.core_oversubscription = 7;
  CHECK_THAT(measure(build({switched_node(64)}, spec)).bisection.value(), WithinAbs(1600e9 / 7, 1e6));
}

TEST_CASE("bisections inside a node") {
  // Switch: 4 chips x 450 GB/s. Full mesh of 8 with 25 GB/s a pair: 4 x 4 pairs = 400 GB/s. DGX-1V, 0-3 | 4-7: edges
  // 0-4:2 1-5:2 2-6:1 3-7:1 = 6 x 25 = 150. PCIe: 4 x 64. Torus 4 x 4, rows 0-1 | 2-3: 4 columns x 2 edges x 25 = 200.
  CHECK(measure(build({switched_node(8)}, FabricSpec{})).bisection.value() == 1800e9);
  CHECK(measure(build({full_mesh(8)}, FabricSpec{})).bisection.value() == 400e9);
  CHECK(measure(build({cube_mesh(8)}, FabricSpec{})).bisection.value() == 150e9);
  // Of an odd number the larger half is the first: 0-2 | 3-4 of DGX-1V: 0-3:2 0-4:2 1-3:1 2-3:2 = 7 x 25.
  CHECK(measure(build({cube_mesh(5)}, FabricSpec{})).bisection.value() == 175e9);
  CHECK(measure(build({host_only(8, 1)}, FabricSpec{})).bisection.value() == 256e9);
  CHECK(measure(build({torus({4, 4})}, FabricSpec{})).bisection.value() == 200e9);
}

TEST_CASE("diameters in hops and latency") {
  // Torus: the sum of half the sizes, 1 us a hop: 4x4x4: 6; 5x2: 2 + 1. Full mesh 1, DGX-1V 2, switch 2 (1 us
  // together).
  CHECK(measure(build({torus({4, 4, 4})}, FabricSpec{})).diameter == 6);
  CHECK_THAT(measure(build({torus({4, 4, 4})}, FabricSpec{})).diameter_latency.value(), WithinRel(6e-6, 1e-12));
  CHECK(measure(build({torus({5, 2})}, FabricSpec{})).diameter == 3);
  CHECK(measure(build({full_mesh(8)}, FabricSpec{})).diameter == 1);
  CHECK(measure(build({cube_mesh(8)}, FabricSpec{})).diameter == 2);
  CHECK(measure(build({switched_node(8)}, FabricSpec{})).diameter == 2);
  CHECK_THAT(measure(build({switched_node(8)}, FabricSpec{})).diameter_latency.value(), WithinRel(1e-6, 1e-12));
  CHECK(measure(build({switched_node(32)}, fabric(FabricKind::fat_tree, 2))).diameter == 6);
}

TEST_CASE("the few searches of a large machine find the diameter of all of them") {
  // 2,048 + 3 chips x 12,000 links are above the limit for a search from every chip; two groups of pods meet at the
  // core: host, NIC, leaf, spine up and down = 8 hops.
  FabricSpec spec = fabric(FabricKind::rail_fat_tree, 16);
  spec.pods_per_core = 8;
  CHECK(measure(build({switched_node(2051)}, spec)).diameter == 8);
  CHECK(measure(build({torus({16, 16, 8})}, FabricSpec{})).diameter == 20);
}

TEST_CASE("a ring of eight on a switch uses every port once") {
  // One ring edge per port, each with 2 x 7 / 8 of the buffer; 1.75 GB at 450 GB/s.
  const Cluster cluster = build({switched_node(8)}, FabricSpec{});
  for (const double load : ring_loads(cluster)) CHECK(load == 1.75);
  const PatternCost ring = busiest(cluster, ring_loads(cluster));
  CHECK(ring.busiest_link_bytes == 1.75);
  CHECK(ring.busiest_tier == LinkTier::scale_up);
  CHECK_THAT(ring.seconds_per_gigabyte.value(), WithinRel(1.75 / 450, 1e-12));
}

TEST_CASE("a ring over nodes waits for the NIC, not for the faster ports") {
  // 16 chips: 2 x 15 / 16 over one NIC of 50 GB/s at each node boundary.
  const PatternCost ring = measure(build({switched_node(16)}, fabric(FabricKind::rail_fat_tree, 2))).ring;
  CHECK(ring.busiest_tier == LinkTier::nic);
  CHECK_THAT(ring.seconds_per_gigabyte.value(), WithinRel(1.875 / 50, 1e-12));
}

TEST_CASE("two trees over one node load inner ports with two buffers") {
  // A chain of eight: both trees send half a buffer to each side and receive half from each side: 4 x 1/2 out of an
  // inner chip, half of that at the ends.
  const Cluster cluster = build({switched_node(8)}, FabricSpec{});
  const LinkLoads loads = tree_loads(cluster);
  CHECK(loads[cluster.scale_up_out[3]] == 2.0);
  CHECK(loads[cluster.scale_up_in[3]] == 2.0);
  CHECK(loads[cluster.scale_up_out[0]] == 1.0);
  CHECK(loads[cluster.scale_up_out[7]] == 1.0);
}

TEST_CASE("the two trees of four nodes") {
  // Tree over places [0,4): root 2, children of [0,2): 1 with child 0, and of [3,4): 3. Edges 2-1, 2-3, 1-0.
  // First tree, door = first chip, rail 0: node 2 and node 1 have two edges: 2 x 1/2 = 1 out and in; nodes 0, 3: 1/2.
  // Second tree, shifted by one, door = last chip, rail 7: nodes 3 and 2 have two edges, nodes 1 and 0 one.
  const Cluster cluster = build({switched_node(32)}, fabric(FabricKind::rail_fat_tree, 4));
  const LinkLoads loads = tree_loads(cluster);
  const std::vector<double> first{0.5, 1.0, 1.0, 0.5};
  const std::vector<double> second{0.5, 0.5, 1.0, 1.0};
  for (ChipId node = 0; node < 4; ++node) {
    CAPTURE(node);
    CHECK(loads[cluster.up[8 * node]] == first[node]);
    CHECK(loads[cluster.up[8 * node + 7]] == second[node]);
    CHECK(loads[cluster.down[8 * node + 7]] == second[node]);
    CHECK(loads[cluster.up[8 * node + 3]] == 0.0);
  }
}

TEST_CASE("all-to-all on a switch sends and receives seven eighths") {
  const Cluster cluster = build({switched_node(8)}, FabricSpec{});
  for (const double load : all_to_all_loads(cluster)) CHECK_THAT(load, WithinAbs(0.875, 1e-12));
}

TEST_CASE("all-to-all over two nodes of a rail fabric crosses the spine between rails") {
  // 16 chips. A NIC carries 8 / 16 of its chip's buffer. Of it 1 goes to the same rail, 7 to others: a leaf with two
  // chips sends 2 x 7 / 16 up.
  const Cluster cluster = build({switched_node(16)}, fabric(FabricKind::rail_fat_tree, 2));
  const LinkLoads loads = all_to_all_loads(cluster);
  const VertexId nic = cluster.chips[5].nic;
  const VertexId leaf = cluster.links[cluster.up[nic]].to;
  CHECK_THAT(loads[cluster.up[nic]], WithinAbs(0.5, 1e-12));
  CHECK_THAT(loads[cluster.up[leaf]], WithinAbs(0.875, 1e-12));
  CHECK_THAT(loads[cluster.scale_up_out[5]], WithinAbs(7.0 / 16, 1e-12));
}

TEST_CASE("counting below switches gives the same all-to-all as route by route") {
  FabricSpec groups = fabric(FabricKind::rail_fat_tree, 2, 2.0);
  groups.pods_per_core = 2;
  const std::vector<Cluster> clusters{build({switched_node(75)}, groups),
                                      build({cube_mesh(20), switched_node(19)}, fabric(FabricKind::rail_fat_tree, 2)),
                                      build({host_only(36, 4)}, fabric(FabricKind::fat_tree, 2)),
                                      build({switched_node(64)}, fabric(FabricKind::rail_planes, 2, 2.0)),
                                      build({host_only(32, 2)}, fabric(FabricKind::rail_planes, 1)),
                                      build({torus({4, 3, 2})}, FabricSpec{}),
                                      build({torus({6, 1, 5})}, FabricSpec{})};
  for (const Cluster& cluster : clusters) {
    const LinkLoads counted = all_to_all_loads(cluster);
    const LinkLoads routed = pairwise_all_to_all(cluster);
    for (std::size_t link = 0; link < counted.size(); ++link) {
      CAPTURE(cluster.chips.size(), link);
      REQUIRE_THAT(counted[link], WithinAbs(routed[link], 1e-9));
    }
  }
}

TEST_CASE("a chip alone has no patterns and no bisection") {
  const TopologyMetrics metrics = measure(build({switched_node(1)}, FabricSpec{}));
  CHECK(metrics.diameter == 0);
  CHECK(metrics.bisection.value() == 0);
  CHECK(metrics.ring.busiest_link_bytes == 0);
}

TEST_CASE("metrics of nodes that nothing joins are refused") {
  REQUIRE_THROWS_AS(measure(build({switched_node(16)}, FabricSpec{})), InputError);
}
