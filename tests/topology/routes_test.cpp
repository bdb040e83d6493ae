#include "sim/base/error.hpp"
#include "sim/topology/cluster.hpp"
#include "sim/topology/graph.hpp"
#include "tests/support/catch.hpp"
#include "tests/topology/machines.hpp"

using namespace sim;
using namespace sim::topology;
using namespace sim::topology::test;

namespace {

/// Traffic of one unit must leave `from`, arrive at `to` and neither start nor end anywhere else.
void check_conserved(const Cluster& cluster, ChipId from, ChipId to) {
  std::map<VertexId, double> balance;
  for (const auto& [link, share] : route(cluster, from, to)) {
    balance[cluster.links[link].from] += share;
    balance[cluster.links[link].to] -= share;
  }
  for (const auto& [vertex, sum] : balance) {
    const double expected = vertex == from ? 1 : vertex == to ? -1 : 0;
    CAPTURE(from, to, vertex);
    REQUIRE_THAT(sum, WithinAbs(expected, 1e-12));
  }
}

Cluster machine(int kind) {
  FabricSpec groups = fabric(FabricKind::rail_fat_tree, 2);
  groups.pods_per_core = 2;
  switch (kind) {
    case 0:
      return build({switched_node(40)}, fabric(FabricKind::rail_fat_tree, 2));
    case 1:
      return build({switched_node(40)}, fabric(FabricKind::fat_tree, 2));
    case 2:
      return build({switched_node(70)}, groups);
    case 3:
      return build({cube_mesh(8)}, FabricSpec{});
    case 4:
      return build({full_mesh(8)}, FabricSpec{});
    case 5:
      return build({torus({4, 3, 2})}, FabricSpec{});
    case 6:
      return build({torus({6, 5})}, FabricSpec{});
    case 7:
      return build({host_only(8, 2)}, FabricSpec{});
    default:
      return build({host_only(20, 4)}, fabric(FabricKind::rail_fat_tree, 2));
  }
}

}  // namespace

TEST_CASE("routes are as long as the shortest paths of a breadth-first search") {
  const Cluster cluster = machine(GENERATE(range(0, 9)));
  const Graph graph(cluster);
  const auto chips = static_cast<ChipId>(cluster.chips.size());
  for (ChipId from = 0; from < chips; ++from) {
    const Distances found = graph.distances(from);
    for (ChipId to = 0; to < chips; ++to) {
      CAPTURE(from, to);
      REQUIRE_THAT(length(cluster, from, to), WithinAbs(found.hops[to], 1e-9));
    }
  }
}

TEST_CASE("routes carry all traffic from end to end and are as long on the way back") {
  const Cluster cluster = machine(GENERATE(range(0, 9)));
  const auto chips = static_cast<ChipId>(cluster.chips.size());
  for (ChipId from = 0; from < chips; ++from) {
    for (ChipId to = from + 1; to < chips; ++to) {
      check_conserved(cluster, from, to);
      check_conserved(cluster, to, from);
      REQUIRE_THAT(length(cluster, from, to), WithinAbs(length(cluster, to, from), 1e-12));
    }
  }
}

TEST_CASE("a chip needs no link to reach itself") {
  const Cluster cluster = build({switched_node(8)}, FabricSpec{});
  CHECK(route(cluster, 3, 3).empty());
}

TEST_CASE("chips of a switched node use the sender's out port and the receiver's in port") {
  const Cluster cluster = build({switched_node(8)}, FabricSpec{});
  const std::map<LinkId, double> expected{{cluster.scale_up_out[2], 1.0}, {cluster.scale_up_in[5], 1.0}};
  CHECK(route(cluster, 2, 5) == expected);
}

TEST_CASE("the same rail of a pod stays on its leaf, other rails and pods go over the spine") {
  const Cluster cluster = build({switched_node(32)}, fabric(FabricKind::rail_fat_tree, 2));
  CHECK(length(cluster, 0, 8) == 4);   // host, NIC | leaf | NIC, host
  CHECK(length(cluster, 0, 9) == 6);   // and leaf - spine - leaf
  CHECK(length(cluster, 0, 16) == 6);  // rail 0 of the other pod
  CHECK(length(cluster, 0, 31) == 6);
}

TEST_CASE("latencies of a path: one NIC at each end and every switch once") {
  // NIC 2 us at both ends, 3 switches (leaf, spine, leaf) at 0.5 us: 5.5 us. In the node: one hop of 1 us.
  const Cluster cluster = build({switched_node(32)}, fabric(FabricKind::rail_fat_tree, 2));
  const auto latency = [&](ChipId from, ChipId to) {
    Seconds sum;
    for (const auto& [link, share] : route(cluster, from, to)) sum += cluster.links[link].latency * share;
    return sum.value();
  };
  CHECK_THAT(latency(0, 31), WithinRel(5.5e-6, 1e-12));
  CHECK_THAT(latency(0, 8), WithinRel(4.5e-6, 1e-12));
  CHECK_THAT(latency(0, 7), WithinRel(1e-6, 1e-12));
}

TEST_CASE("pairs of a DGX-1V without a link split evenly over the two-hop paths") {
  // 0-5 have no NVLink. Neighbours of both: 1 (0-1, 1-5) and 4 (0-4, 4-5): two paths of two hops, half each.
  const Cluster cluster = build({cube_mesh(8)}, FabricSpec{});
  const std::map<LinkId, double> shares = route(cluster, 0, 5);
  REQUIRE(shares.size() == 4);
  for (const auto& [link, share] : shares) {
    CHECK_THAT(share, WithinAbs(0.5, 1e-12));
    const VertexId middle = cluster.links[link].from == 0 ? cluster.links[link].to : cluster.links[link].from;
    CHECK((middle == 1 || middle == 4));
  }
  CHECK(route(cluster, 0, 3).size() == 1);
}

TEST_CASE("a torus goes the shorter way round and both ways where they are equal") {
  // A ring of 5: 0 -> 4 is one hop backwards. A ring of 4: 0 -> 2 is two hops, half of it each way.
  const Cluster five = build({torus({5})}, FabricSpec{});
  CHECK(length(five, 0, 4) == 1);
  CHECK(length(five, 1, 4) == 2);
  const Cluster four = build({torus({4})}, FabricSpec{});
  const std::map<LinkId, double> shares = route(four, 0, 2);
  CHECK(shares.size() == 4);
  for (const auto& [link, share] : shares) CHECK(share == 0.5);
}

TEST_CASE("PCIe cards reach each other through the switch of their NIC or through the host") {
  // 8 cards, 2 NICs: cards 0-3 share a PCIe switch (2 links), 0 and 7 cross the host (4 links).
  const Cluster joined = build({host_only(16, 2)}, fabric(FabricKind::rail_fat_tree, 2));
  CHECK(length(joined, 0, 3) == 2);
  CHECK(length(joined, 0, 7) == 4);
  const Cluster alone = build({host_only(8, 2)}, FabricSpec{});
  CHECK(length(alone, 0, 7) == 2);
  for (const auto& [link, share] : route(alone, 0, 7)) {
    CHECK(alone.links[link].tier == LinkTier::host);
    CHECK(alone.links[link].capacity.value() == 64e9);
  }
}

TEST_CASE("nodes without a fabric are not joined") {
  const Cluster cluster = build({switched_node(16)}, FabricSpec{});
  try {
    for_each_hop(cluster, 0, 8, [](LinkId, double) {});
    FAIL("a route was found");
  } catch (const InputError& error) {
    CHECK(error.exit_code() == ExitCode::infeasible);
    CHECK_THAT(std::string(error.what()), ContainsSubstring("not joined"));
  }
}
