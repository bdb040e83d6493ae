#include <random>

#include "sim/base/error.hpp"
#include "sim/topology/metrics.hpp"
#include "tests/support/catch.hpp"
#include "tests/topology/machines.hpp"

using namespace sim;
using namespace sim::topology;
using namespace sim::topology::test;

namespace {

ClusterEntry on(const FabricSpec& spec, ClusterEntry entry) {
  entry.fabric = spec;
  return entry;
}

JoinSpec join_of(double gigabytes) {
  JoinSpec join;
  join.network = "roce";
  join.island_rate.value = gigabytes_per_second(gigabytes);
  join.latency.value = microseconds(5);
  return join;
}

/// From one chip to another without a gap, over every link once.
void check_path(const Cluster& cluster, ChipId from, ChipId to) {
  CAPTURE(from, to);
  VertexId at = cluster.chips[from].vertex;
  int hops = 0;
  for_each_hop(cluster, from, to, [&](LinkId link, double share) {
    REQUIRE(share == 1.0);
    REQUIRE(cluster.links[link].from == at);
    at = cluster.links[link].to;
    ++hops;
  });
  REQUIRE(at == cluster.chips[to].vertex);
  REQUIRE(hops <= 12);
}

}  // namespace

TEST_CASE("entries with equal fabrics share one tree, whatever their sources say") {
  FabricSpec rails = fabric(FabricKind::rail_fat_tree, 2);
  FabricSpec same = rails;
  same.source = "another page";
  const Cluster cluster = build({on(rails, switched_node(16)), on(same, switched_node(16))});
  CHECK(cluster.islands == 1);
  CHECK(cluster.join == kNone);
  CHECK(cluster.pods == 2);
  CHECK(count(cluster, VertexKind::leaf) == 16);  // 2 pods x 8 rails
  CHECK(count(cluster, VertexKind::spine) == 1);
  CHECK(count(cluster, VertexKind::core) == 0);
}

TEST_CASE("each island has its own tree under the join, and pods are numbered over all") {
  const FabricSpec rails = fabric(FabricKind::rail_fat_tree, 2), plain = fabric(FabricKind::fat_tree, 1);
  // Rails: 3 nodes in 2 pods of 8 leaves; plain: 2 nodes, a leaf each; and the third entry is again on rails.
  const Cluster cluster =
      build({on(rails, switched_node(16)), on(plain, host_only(16, 2)), on(rails, switched_node(8))}, join_of(100));
  CHECK(cluster.islands == 2);
  CHECK(cluster.island_of_entry == std::vector<std::uint32_t>{0, 1, 0});
  CHECK(cluster.pods == 4);
  CHECK(cluster.pod_of_node == std::vector<std::uint32_t>{0, 0, 2, 3, 1});
  CHECK(count(cluster, VertexKind::leaf) == 2 * 8 + 2);
  CHECK(count(cluster, VertexKind::spine) == 2);
  CHECK(count(cluster, VertexKind::core) == 1);
  CHECK(cluster.vertices[cluster.join] == VertexKind::core);
  CHECK(cluster.up[cluster.join] == kNone);
}

TEST_CASE("a path between islands goes up the one, over the join and down the other") {
  // Node 0 in an island of two tiers, node 2 alone on one leaf: chip, NIC, leaf, spine, join, leaf, NIC, chip.
  const FabricSpec rails = fabric(FabricKind::rail_fat_tree, 1), plain = fabric(FabricKind::fat_tree, 4);
  const Cluster cluster = build({on(rails, switched_node(16)), on(plain, switched_node(8))}, join_of(100));
  CHECK(length(cluster, 0, 16) == 7);
  CHECK(length(cluster, 16, 0) == 7);
  CHECK(length(cluster, 0, 8) == 6);  // inside the island: chip, NIC, leaf, spine and back
  int joins = 0;
  for_each_hop(cluster, 0, 16, [&](LinkId link, double) {
    const Link& trunk = cluster.links[link];
    if (trunk.from != cluster.join && trunk.to != cluster.join) return;
    ++joins;
    CHECK(trunk.tier == LinkTier::trunk);
    CHECK(trunk.capacity.value() == 100e9);
    CHECK(trunk.latency == microseconds(5));
  });
  CHECK(joins == 2);
}

TEST_CASE("the bisection of two equal islands is the rate of their join") {
  // Inside, 4 nodes x 8 x 50 GB/s = 1,600 GB/s could leave an island; the join lets 300 GB/s pass, or more than all.
  FabricSpec one = fabric(FabricKind::rail_fat_tree, 2), two = fabric(FabricKind::rail_fat_tree, 4);
  const auto bisection = [&](double gigabytes) {
    return measure(build({on(one, switched_node(32)), on(two, switched_node(32))}, join_of(gigabytes)))
        .bisection.value();
  };
  CHECK(bisection(300) == 300e9);
  CHECK(bisection(5000) == 1600e9);
}

TEST_CASE("routes of random islands are connected paths") {
  std::mt19937 random(7);
  const auto below = [&](int count) { return static_cast<int>(random() % static_cast<unsigned>(count)); };
  for (int draw = 0; draw < 60; ++draw) {
    CAPTURE(draw);
    std::vector<ClusterEntry> entries;
    for (int entry = 0; entry < 2 + below(3); ++entry) {
      FabricSpec spec = fabric(below(2) == 0 ? FabricKind::rail_fat_tree : FabricKind::fat_tree, 1 + below(3));
      spec.pods_per_core = below(3);
      spec.switch_latency.value = microseconds(entry < 2 ? entry : below(3));  // the first two always differ
      const int chips = 1 + below(40);
      entries.push_back(on(spec, switched_node(chips)));
    }
    const Cluster cluster = build(entries, join_of(1 + below(500)));
    REQUIRE(cluster.islands >= 2);
    const auto chips = static_cast<ChipId>(cluster.chips.size());
    for (int pair = 0; pair < 200; ++pair) {
      const auto from = static_cast<ChipId>(random() % chips), to = static_cast<ChipId>(random() % chips);
      check_path(cluster, from, to);
    }
    for (const std::uint32_t pod : cluster.pod_of_node) REQUIRE(pod < cluster.pods);
  }
}

TEST_CASE("islands need a join, and one fabric needs none") {
  const FabricSpec rails = fabric(FabricKind::rail_fat_tree, 2), plain = fabric(FabricKind::fat_tree, 2);
  const std::vector<ClusterEntry> two = {on(rails, switched_node(8)), on(plain, switched_node(8))};
  const std::vector<ClusterEntry> same = {on(rails, switched_node(8)), on(rails, switched_node(8))};
  const std::vector<ClusterEntry> bare = {on(rails, switched_node(8)), on(FabricSpec{}, switched_node(8))};
  REQUIRE_THROWS_AS(build(two), InputError);
  REQUIRE_THROWS_AS(build(same, join_of(100)), InputError);
  REQUIRE_THROWS_AS(build(bare, join_of(100)), InputError);
  REQUIRE_THROWS_AS(build(two, join_of(0)), InputError);
  CHECK(build(two, join_of(1)).islands == 2);
}
