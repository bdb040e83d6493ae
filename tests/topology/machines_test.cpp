#include "tests/topology/machines.hpp"

#include "sim/config/topology_file.hpp"
#include "sim/topology/metrics.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/source_folder.hpp"

using namespace sim;
using namespace sim::topology;
using namespace sim::topology::test;

namespace {

/// The machine of a topology file; links of 40 GB/s, enough for every node here.
Cluster machine(const std::string& name, int chips) {
  const TopologySpec topology = config::load_topology(name, sim::test::source_folder() + "/topologies");
  ClusterEntry entry;
  entry.node = topology.node;
  entry.chips = chips;
  entry.links_per_chip = topology.node.scale_up == ScaleUpKind::torus ? 6 : 18;
  entry.link_rate = gigabytes_per_second(40);
  entry.host_rate = gigabytes_per_second(64);
  return build({entry}, topology.fabric);
}

bool uses(const Cluster& cluster, ChipId from, ChipId to, LinkTier tier) {
  bool found = false;
  for_each_hop(cluster, from, to, [&](LinkId link, double) { found = found || cluster.links[link].tier == tier; });
  return found;
}

}  // namespace

TEST_CASE("TP groups inside an NVL72 rack never touch InfiniBand, DP groups over 16 racks always do") {
  const Cluster cluster = machine("gb200_nvl72_ndr400", 16 * 72);
  for (ChipId first = 0; first < 16 * 72; first += 8) {  // TP 8: 72 = 9 x 8, so that no group spans two racks
    for (ChipId member = 1; member < 8; ++member) {
      REQUIRE(!uses(cluster, first, first + member, LinkTier::nic));
      REQUIRE(length(cluster, first, first + member) == 2);  // into the switches of the rack and out again
    }
  }
  for (ChipId rack = 0; rack < 16; ++rack) {  // the same place in two racks: neighbours in a ring of replicas
    const ChipId from = rack * 72 + 5, to = (rack + 1) % 16 * 72 + 5;
    REQUIRE(uses(cluster, from, to, LinkTier::nic));
    REQUIRE(!uses(cluster, from, to, LinkTier::scale_up));
  }
  // Half of the racks: 8 x 72 NICs of 50 GB/s, non-blocking.
  CHECK(measure(cluster).bisection.value() == 8 * 72 * 50e9);
}

TEST_CASE("TPU slices talk over the torus inside and over the hosts' ports between slices") {
  const Cluster cluster = machine("tpu_v4_slices_dcn", 4 * 512);
  CHECK(cluster.nodes == 4);
  CHECK(count(cluster, VertexKind::nic) == 4 * 128);
  CHECK(!uses(cluster, 0, 511, LinkTier::nic));
  CHECK(length(cluster, 0, 511) == 3);  // (7, 7, 7) is one step back in each ring of 8
  CHECK(uses(cluster, 0, 512, LinkTier::nic));
  CHECK(!uses(cluster, 0, 512, LinkTier::scale_up));
  CHECK(cluster.chips[3].nic == cluster.chips[0].nic);  // four chips a host
  CHECK(cluster.chips[4].nic != cluster.chips[0].nic);
  // Two slices to the other two: 2 x 128 ports of 25 GB/s.
  CHECK(measure(cluster).bisection.value() == 2 * 128 * 25e9);
}
