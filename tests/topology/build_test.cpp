#include <chrono>

#include "sim/base/error.hpp"
#include "sim/topology/cluster.hpp"
#include "tests/support/catch.hpp"
#include "tests/topology/machines.hpp"

using namespace sim;
using namespace sim::topology;
using namespace sim::topology::test;

TEST_CASE("four nodes of eight in two pods have one leaf per pod and rail and one spine") {
  // 32 chips, 4 scale-up switches, 32 NICs, 2 pods x 8 rails = 16 leaves, 1 spine = 85 vertices.
  // Links, one direction: 32 to the switch, 32 to the NIC, 32 to the leaf, 16 to the spine = 112; both: 224.
  const Cluster cluster = build({switched_node(32)}, fabric(FabricKind::rail_fat_tree, 2));
  CHECK(cluster.chips.size() == 32);
  CHECK(cluster.nodes == 4);
  CHECK(cluster.pods == 2);
  CHECK(cluster.rails == 8);
  CHECK(cluster.pod_of_node == std::vector<std::uint32_t>{0, 0, 1, 1});
  CHECK(count(cluster, VertexKind::scale_up_switch) == 4);
  CHECK(count(cluster, VertexKind::nic) == 32);
  CHECK(count(cluster, VertexKind::leaf) == 16);
  CHECK(count(cluster, VertexKind::spine) == 1);
  CHECK(count(cluster, VertexKind::core) == 0);
  CHECK(cluster.vertices.size() == 85);
  CHECK(cluster.links.size() == 224);
}

TEST_CASE("a plain fat tree has one leaf per pod, and a single pod needs no spine") {
  const Cluster one_pod = build({switched_node(32)}, fabric(FabricKind::fat_tree, 4));
  CHECK(count(one_pod, VertexKind::leaf) == 1);
  CHECK(count(one_pod, VertexKind::spine) == 0);
  const Cluster two_pods = build({switched_node(32)}, fabric(FabricKind::fat_tree, 2));
  CHECK(count(two_pods, VertexKind::leaf) == 2);
  CHECK(count(two_pods, VertexKind::spine) == 1);
}

TEST_CASE("the rails of a single pod meet at the spine") {
  const Cluster cluster = build({switched_node(16)}, fabric(FabricKind::rail_fat_tree, 32));
  CHECK(count(cluster, VertexKind::leaf) == 8);
  CHECK(count(cluster, VertexKind::spine) == 1);
}

TEST_CASE("groups of pods have a spine each and meet at one core") {
  // 8 nodes, 2 a pod, 2 pods a group: 4 pods, 2 groups.
  FabricSpec spec = fabric(FabricKind::rail_fat_tree, 2, 2.0);
  spec.pods_per_core = 2;
  spec.core_oversubscription = 4;
  const Cluster cluster = build({switched_node(64)}, spec);
  CHECK(count(cluster, VertexKind::spine) == 2);
  CHECK(count(cluster, VertexKind::core) == 1);
  for (const Link& link : cluster.links) {
    // Leaf: 2 nodes x 50 GB/s / 2 = 50. Spine: 2 pods x 8 leaves x 50 / 4 = 200.
    if (link.tier == LinkTier::leaf_uplink) CHECK(link.capacity.value() == 50e9);
    if (link.tier == LinkTier::trunk) CHECK(link.capacity.value() == 200e9);
  }
}

TEST_CASE("uplinks of a ragged last pod are those of a full pod") {
  // 3 nodes in pods of 2: the last pod has one node, its leaf uplink is 2 x 50 GB/s as in the first.
  const Cluster cluster = build({switched_node(24)}, fabric(FabricKind::rail_fat_tree, 2));
  std::size_t uplinks = 0;
  for (const Link& link : cluster.links) {
    if (link.tier != LinkTier::leaf_uplink) continue;
    ++uplinks;
    CHECK(link.capacity.value() == 100e9);
  }
  CHECK(uplinks == 32);  // 16 leaves, both ways
}

TEST_CASE("every link has its twin in the other direction at the same capacity") {
  const FabricSpec rails = fabric(FabricKind::rail_fat_tree, 2, 3.0);
  const std::vector<Cluster> clusters{build({switched_node(40)}, rails), build({cube_mesh(40)}, rails),
                                      build({host_only(40, 2)}, rails), build({torus({4, 2, 3})}, FabricSpec{})};
  for (const Cluster& cluster : clusters) {
    std::map<std::pair<VertexId, VertexId>, double> capacity;
    for (const Link& link : cluster.links) capacity[{link.from, link.to}] += link.capacity.value();
    CHECK(capacity.size() == cluster.links.size());
    for (const auto& [ends, rate] : capacity) {
      REQUIRE(rate > 0);
      REQUIRE(capacity.at({ends.second, ends.first}) == rate);
    }
  }
}

TEST_CASE("a chip drives all its links into the switch") {
  const Cluster cluster = build({switched_node(8)}, FabricSpec{});
  for (ChipId chip = 0; chip < 8; ++chip) {
    CHECK(cluster.links[cluster.scale_up_out[chip]].from == chip);
    CHECK(cluster.links[cluster.scale_up_in[chip]].to == chip);
    CHECK(cluster.links[cluster.scale_up_out[chip]].capacity.value() == 450e9);  // 18 x 25 GB/s
    CHECK(cluster.chips[chip].nic == kNone);
    CHECK(cluster.up[chip] == kNone);
  }
}

TEST_CASE("the edges of a DGX-1V add up to six links a chip") {
  const Cluster cluster = build({cube_mesh(8)}, FabricSpec{});
  REQUIRE(cluster.node_places.size() == 1);
  CHECK(cluster.node_places[0].links == 32);  // 16 edges, both ways
  std::vector<double> out(8, 0.0), in(8, 0.0);
  for (const Link& link : cluster.links) {
    out[link.from] += link.capacity.value();
    in[link.to] += link.capacity.value();
  }
  for (std::size_t chip = 0; chip < 8; ++chip) {
    CHECK(out[chip] == 6 * 25e9);
    CHECK(in[chip] == 6 * 25e9);
  }
}

TEST_CASE("chip p of a node uses NIC floor(p nics / chips)") {
  const Cluster cluster = build({cube_mesh(16)}, fabric(FabricKind::rail_fat_tree, 2));
  const VertexId first = cluster.chips[0].nic;
  for (ChipId chip = 0; chip < 16; ++chip) CHECK(cluster.chips[chip].nic == first + chip / 2);
}

TEST_CASE("entries with different numbers of NICs share the rails that both have") {
  // Four nodes of 8 NICs and four of 4 NICs in one pod: rail 0 joins all, rail 4 only the first kind.
  const Cluster cluster = build({switched_node(32), cube_mesh(32)}, fabric(FabricKind::rail_fat_tree, 8));
  CHECK(cluster.rails == 8);
  CHECK(length(cluster, 0, 32) == 4);  // host, NIC, leaf down, host: rail 0 both
  CHECK(length(cluster, 7, 39) == 6);  // rail 7 to rail 3 over the spine
  CHECK(cluster.chips[32].entry == 1);
  CHECK(cluster.chips[32].node == 4);
}

TEST_CASE("a torus has one edge per chip and dimension, a dimension of two one edge per pair, of one none") {
  CHECK(build({torus({4, 4, 4})}, FabricSpec{}).links.size() == 64 * 3 * 2);
  CHECK(build({torus({4, 2})}, FabricSpec{}).links.size() == (8 + 4) * 2);
  CHECK(build({torus({5, 1})}, FabricSpec{}).links.size() == 5 * 2);
}

TEST_CASE("the last node may be partly filled") {
  const Cluster cluster = build({switched_node(11)}, fabric(FabricKind::rail_fat_tree, 2));
  CHECK(cluster.nodes == 2);
  CHECK(cluster.node_places[1].chips == 3);
  CHECK(count(cluster, VertexKind::nic) == 16);
  CHECK(length(cluster, 2, 10) == 4);
}

TEST_CASE("machines that cannot be are refused as infeasible") {
  const FabricSpec rails = fabric(FabricKind::rail_fat_tree, 2);
  ClusterEntry broken = switched_node(16);
  std::string said;
  SECTION("no chips") {
    broken.chips = 0;
    said = "0 chips";
  }
  SECTION("a switch for chips without links") {
    broken.links_per_chip = 0;
    said = "the chip has none";
  }
  SECTION("more NICs than chips") {
    broken.node.nics = 9;
    said = "more NICs than chips";
  }
  SECTION("two nodes without a NIC") {
    broken.node.nics = 0;
    said = "no NIC";
  }
  SECTION("no host link") {
    broken.host_rate = BytesPerSecond(0);
    said = "no host link";
  }
  SECTION("more edges than links") {
    broken = cube_mesh(8);
    broken.links_per_chip = 5;
    said = "more than the 5";
  }
  SECTION("an edge outside the node") {
    broken = cube_mesh(8);
    broken.node.mesh[0].to = 8;
    said = "impossible mesh";
  }
  SECTION("an edge twice") {
    broken = full_mesh(8);
    broken.node.mesh[1] = {1, 0, 1};
    said = "twice";
  }
  SECTION("a mesh that leaves a chip out") {
    broken = full_mesh(8);
    broken.node.mesh = {{0, 1, 1}, {2, 3, 1}};
    said = "does not join";
  }
  SECTION("a partly filled torus") {
    broken = torus({4, 4});
    broken.chips = 20;
    said = "partly filled";
  }
  SECTION("a torus of the wrong size") {
    broken = torus({4, 4});
    broken.node.dimensions = {4, 3};
    said = "multiply";
  }
  try {
    const Cluster cluster = build({broken}, rails);
    FAIL("built " << cluster.chips.size() << " chips");
  } catch (const InputError& error) {
    CHECK(error.exit_code() == ExitCode::infeasible);
    CHECK_THAT(std::string(error.what()), ContainsSubstring(said));
  }
}

TEST_CASE("impossible fabrics are refused") {
  FabricSpec spec = fabric(FabricKind::rail_fat_tree, 2);
  SECTION("oversubscription 0") {
    spec.oversubscription = 0;
  }
  SECTION("core oversubscription below 0") {
    spec.core_oversubscription = -1;
  }
  SECTION("empty pods") {
    spec.nodes_per_pod = 0;
  }
  REQUIRE_THROWS_AS(build({switched_node(16)}, spec), InputError);
}

TEST_CASE("a million chips are built in seconds with the right counts") {
  // 125,000 nodes in pods of 32: 3,907 pods (the last with 8 nodes) x 8 leaves + 1 spine.
  // Vertices: 1,000,000 + 125,000 + 1,000,000 + 31,256 + 1. Links: 2 x (3 x 1,000,000 + 31,256).
  const auto start = std::chrono::steady_clock::now();
  const Cluster cluster = build({switched_node(1'000'000)}, fabric(FabricKind::rail_fat_tree, 32));
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  CHECK(took.count() < 10.0);
  CHECK(cluster.nodes == 125'000);
  CHECK(cluster.pods == 3'907);
  CHECK(cluster.vertices.size() == 2'156'257);
  CHECK(cluster.links.size() == 6'062'512);
  CHECK(length(cluster, 0, 999'999) == 6);
  // All that a link and a chip need, without slack for growth.
  CHECK(cluster.links.capacity() * sizeof(Link) + cluster.chips.capacity() * sizeof(ChipPlace) < 250'000'000);
}
