#include <numeric>
#include <vector>

#include "sim/config/topology_file.hpp"
#include "sim/iteration/geometry.hpp"
#include "tests/iteration/jobs.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/source_folder.hpp"

using namespace sim;
using namespace sim::iteration;
using cost::Collective;

namespace {

constexpr double kGiB = 1024.0 * 1024 * 1024;

/// Seconds of a collective over all chips of `nodes` DGX H100, as in a benchmark: nothing else runs on the machine.
double seconds(const std::string& topology, int nodes, Collective collective, double bytes) {
  Job job = test::job_of("quickstart", {"fleet.0.topology=" + topology, "fleet.0.count=" + std::to_string(8 * nodes)});
  job.network->in_step_share.value = 1;
  job.fleet.front().link->in_step_share.value = 1;
  const FabricView view = build_fabric(job);
  std::vector<topology::ChipId> chips(view.cluster.chips.size());
  std::iota(chips.begin(), chips.end(), 0U);
  const Geometry geometry = geometry_of(view, chips);
  const Seconds time = collective_time(collective, geometry.shape, Bytes(bytes)).total();
  CHECK(time >= lower_bound(collective, geometry.shape, Bytes(bytes)));
  return time.value();
}

double bus_bandwidth(const std::string& topology, int nodes) {
  const double ranks = 8.0 * nodes;
  return 2 * (ranks - 1) / ranks * 8 * kGiB / seconds(topology, nodes, Collective::all_reduce, 8 * kGiB);
}

}  // namespace

TEST_CASE("all-reduces of DGX H100 reach 480 GB/s where the switches reduce, 370 to 380 where they do not") {
  const int nodes = GENERATE(4, 16, 64);
  CAPTURE(nodes);
  CHECK_THAT(bus_bandwidth("dgx_h100_rail_ndr400_sharp", nodes), WithinRel(480e9, 0.1));
  CHECK_THAT(bus_bandwidth("dgx_h100_rail_ndr400", nodes), WithinRel(375e9, 0.1));
}

TEST_CASE("switches that reduce help all-reduces only") {
  const Collective collective = GENERATE(Collective::all_gather, Collective::reduce_scatter, Collective::all_to_all);
  CHECK(seconds("dgx_h100_rail_ndr400_sharp", 8, collective, kGiB) ==
        seconds("dgx_h100_rail_ndr400", 8, collective, kGiB));
}

TEST_CASE("only InfiniBand may state that its switches reduce") {
  const auto read = [](const std::string& network) {
    const std::string yaml = "node: dgx-h100\nfabric: {kind: fat_tree, in_network_reduction: true, network: ";
    return config::read_topology(config::read_yaml_text(yaml + network + "}\n", "test.yaml"),
                                 sim::test::source_folder() + "/topologies");
  };
  CHECK(read("infiniband-hdr").fabric.in_network_reduction);
  REQUIRE_THROWS_AS(read("roce"), InputError);
  REQUIRE_THROWS_AS(read("efa"), InputError);
}
