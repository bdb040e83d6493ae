#include <random>

#include "sim/base/error.hpp"
#include "sim/config/topology_file.hpp"
#include "sim/topology/graph.hpp"
#include "sim/topology/patterns.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/source_folder.hpp"
#include "tests/topology/machines.hpp"

using namespace sim;
using namespace sim::topology;
using namespace sim::topology::test;

namespace {

FabricSpec dragonfly(int nodes_per_group, double global_taper = 1) {
  FabricSpec spec = fabric(FabricKind::dragonfly, nodes_per_group);
  spec.core_oversubscription = global_taper;
  return spec;
}

std::string message_of(const FabricSpec& spec, int chips) {
  try {
    (void)build({switched_node(chips)}, spec);
  } catch (const InputError& error) {
    CHECK(error.exit_code() == ExitCode::infeasible);
    return error.what();
  }
  return "";
}

/// Every vertex and link, as far as build() promises them.
bool is_same(const Cluster& a, const Cluster& b) {
  if (a.vertices != b.vertices || a.links.size() != b.links.size() || a.up != b.up || a.down != b.down) return false;
  for (std::size_t i = 0; i < a.links.size(); ++i) {
    const Link &left = a.links[i], &right = b.links[i];
    if (left.from != right.from || left.to != right.to || left.tier != right.tier) return false;
    if (left.capacity != right.capacity || left.latency != right.latency) return false;
  }
  return a.pods == b.pods && a.pod_of_node == b.pod_of_node && a.global.groups == b.global.groups;
}

}  // namespace

TEST_CASE("a dragonfly of one group is a fat tree of one pod, link for link") {
  const FabricSpec tree = fabric(FabricKind::fat_tree, 4, 2.0);
  FabricSpec group = tree;
  group.kind = FabricKind::dragonfly;
  group.core_oversubscription = 3;
  CHECK(is_same(build({switched_node(32)}, group), build({switched_node(32)}, tree)));
  CHECK(!is_same(build({switched_node(40)}, group), build({switched_node(40)}, tree)));
}

TEST_CASE("every ordered pair of groups has one link, an equal part of the group's global rate") {
  // 5 groups of 2 nodes x 8 NICs x 50 GB/s = 800 GB/s; half of it global, over 4 others: 100 GB/s. The last group is
  // half full, and its trunks are as wide.
  const Cluster cluster = build({switched_node(72)}, dragonfly(2, 2.0));
  REQUIRE(cluster.global.groups == 5);
  std::map<std::pair<VertexId, VertexId>, int> pairs;
  for (std::uint32_t from = 0; from < 5; ++from) {
    for (std::uint32_t to = 0; to < 5; ++to) {
      if (from == to) continue;
      const Link& link = cluster.links[cluster.global.between(from, to)];
      ++pairs[{link.from, link.to}];
      CHECK(link.from == cluster.global.first_switch + from);
      CHECK(link.to == cluster.global.first_switch + to);
      CHECK(link.capacity.value() == 100e9);
      CHECK(link.tier == LinkTier::trunk);
    }
  }
  CHECK(pairs.size() == 20);
  CHECK(cluster.links.size() == cluster.global.first_link + 20);
}

TEST_CASE("groups that a fleet leaves empty keep their part of the global links") {
  // 800 GB/s over 10 others, of which the fleet fills one.
  FabricSpec spec = dragonfly(2);
  spec.pods_per_core = 11;
  const Cluster cluster = build({switched_node(32)}, spec);
  CHECK(cluster.links[cluster.global.between(0, 1)].capacity.value() == 80e9);
}

TEST_CASE("a trunk between groups of different nodes is as wide as the slower group's") {
  // Two groups of one node: 8 NICs of 50 GB/s, and 4 of 12.5 GB/s.
  const Cluster cluster = build({switched_node(8), cube_mesh(8)}, dragonfly(1));
  CHECK(cluster.links[cluster.global.between(0, 1)].capacity.value() == 50e9);
  CHECK(cluster.links[cluster.global.between(1, 0)].capacity.value() == 50e9);
}

TEST_CASE("two halves of a dragonfly are joined by the square of half its groups in trunks") {
  // G groups of 2 nodes, 800 GB/s: trunks of 800 / (2 (G - 1)) GB/s, (G / 2)^2 of them.
  const int groups = GENERATE(2, 4, 6, 10, 16);
  const double closed_form = groups / 2 * (groups / 2) * 800e9 / 2 / (groups - 1);
  CAPTURE(groups);
  CHECK_THAT(measure(build({switched_node(16 * groups)}, dragonfly(2, 2.0))).bisection.value(),
             WithinRel(closed_form, 1e-4));
}

TEST_CASE("no two chips of a dragonfly are more than host, NIC, local, global, local, NIC and host apart") {
  const TopologyMetrics metrics = measure(build({switched_node(80)}, dragonfly(2)));
  CHECK(metrics.diameter == 7);
  CHECK_THAT(metrics.diameter_latency.value(), WithinRel(6e-6, 1e-12));  // NICs 2 us, four routers of 0.5 us
}

TEST_CASE("routes of random dragonflies lead from end to end, are minimal and cross one trunk between groups") {
  std::mt19937 random(8);
  const auto below = [&random](int count) { return static_cast<int>(random() % static_cast<unsigned>(count)); };
  for (int draw = 0; draw < 20; ++draw) {
    const int chips = 9 + below(90);
    const ClusterEntry node = below(2) == 0 ? switched_node(chips) : host_only(chips, 1 + below(8));
    const Cluster cluster = build({node}, dragonfly(1 + below(4), 1 + below(3)));
    const Graph graph(cluster);
    for (int pair = 0; pair < 100; ++pair) {
      const auto from = static_cast<ChipId>(below(chips)), to = static_cast<ChipId>(below(chips));
      VertexId at = from;
      int hops = 0, trunks = 0;
      const bool is_inside = cluster.chips[from].node == cluster.chips[to].node;
      for_each_hop(cluster, from, to, [&](LinkId link, double share) {
        REQUIRE((is_inside || cluster.links[link].from == at));
        REQUIRE((is_inside || share == 1));
        at = cluster.links[link].to;
        ++hops;
        trunks += cluster.links[link].tier == LinkTier::trunk ? 1 : 0;
      });
      const auto group_of = [&](ChipId chip) { return cluster.pod_of_node[cluster.chips[chip].node]; };
      CAPTURE(draw, from, to);
      REQUIRE((is_inside || at == to));
      REQUIRE((is_inside || hops == graph.distances(from).hops[to]));
      REQUIRE(trunks == (group_of(from) == group_of(to) ? 0 : 1));
    }
  }
}

TEST_CASE("an all-to-all loads each trunk by the product of the chips at its ends, as route by route") {
  // Groups of 16, 16 and 11 chips: 16 x 11 / 43 buffers from the first to the last.
  const Cluster cluster = build({switched_node(43)}, dragonfly(2, 2.0));
  const LinkLoads counted = all_to_all_loads(cluster);
  CHECK_THAT(counted[cluster.global.between(0, 2)], WithinRel(16.0 * 11 / 43, 1e-12));
  LinkLoads routed(cluster.links.size(), 0.0);
  for (ChipId from = 0; from < 43; ++from) {
    for (ChipId to = 0; to < 43; ++to) {
      for_each_hop(cluster, from, to, [&](LinkId link, double share) { routed[link] += share / 43; });
    }
  }
  for (std::size_t link = 0; link < counted.size(); ++link) {
    CAPTURE(link);
    REQUIRE_THAT(counted[link], WithinAbs(routed[link], 1e-9));
  }
}

TEST_CASE("impossible dragonflies are refused, and why") {
  CHECK(message_of(dragonfly(1), 512 * 8).empty());
  CHECK_THAT(message_of(dragonfly(1), 513 * 8), ContainsSubstring("513 groups has more than 512"));
  FabricSpec small = dragonfly(1);
  small.pods_per_core = 3;
  CHECK_THAT(message_of(small, 32), ContainsSubstring("fills 4 groups, but the dragonfly has 3"));
  ClusterEntry one = switched_node(8), two = switched_node(8);
  one.fabric = dragonfly(1);
  two.fabric = fabric(FabricKind::fat_tree, 1);
  JoinSpec join;
  join.island_rate.value = gigabytes_per_second(10);
  REQUIRE_THROWS_WITH(build({one, two}, join), ContainsSubstring("dragonfly"));
  const std::string reducing =
      "fabric: {kind: dragonfly, network: infiniband-ndr, in_network_reduction: true}\nnode: {chips: 8}\n";
  REQUIRE_THROWS_WITH(config::read_topology(config::read_yaml_text(reducing, "test.yaml"), "."),
                      ContainsSubstring("no tree to reduce on"));
}

TEST_CASE("Frontier has four links of 25 GB/s between every two of its 74 groups") {
  const std::string folder = sim::test::source_folder() + "/topologies";
  const TopologySpec frontier = config::load_topology("frontier_dragonfly_slingshot200", folder);
  ClusterEntry entry = switched_node(2048);
  entry.node = frontier.node;
  entry.links_per_chip = 8;
  const Cluster cluster = build({entry}, frontier.fabric);
  REQUIRE(cluster.global.groups == 2);
  CHECK_THAT(cluster.links[cluster.global.between(0, 1)].capacity.value(), WithinRel(100e9, 1e-12));
}
