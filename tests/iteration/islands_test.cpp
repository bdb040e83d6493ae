#include <array>

#include "sim/config/catalog.hpp"
#include "sim/config/topology_file.hpp"
#include "sim/iteration/usage.hpp"
#include "tests/iteration/jobs.hpp"
#include "tests/support/catch.hpp"

using namespace sim;
using namespace sim::iteration;
using test::all_chips;
using topology::ChipId;

namespace {

/// Two fleets of H100 nodes, joined where `rate` (bytes per second) is above 0: the fabrics then differ in the size of
/// their pods, which 4 nodes never fill.
Job two_fleets(double rate, Seconds latency, int chips = 32) {
  Job job = test::job_of("quickstart", {"model=llama2-7b", "training.precision=bf16", "training.global_batch=64",
                                        "parallel.tp=8", "parallel.pp=1", "parallel.dp=8", "parallel.cp=1",
                                        "fleet.0.count=64", "fleet.0.topology=dgx_h100_rail_ndr400"});
  const std::string folder = (config::data_directory() / "topologies").string();
  const topology::TopologySpec machine = config::load_topology("dgx_h100_rail_ndr400", folder);
  FleetEntry entry = job.fleet.front();
  entry.chip = config::load_chip("H100-SXM5-80GB");
  entry.kernels = config::load_kernels(entry.chip.kernels);
  entry.link = config::load_link("nvlink4");
  entry.node = machine.node;
  entry.count = chips;
  job.fleet = {entry, entry};
  job.fabric = machine.fabric;
  job.network = config::load_network("infiniband-ndr");
  if (rate == 0) return job;
  job.fleet[1].fabric = machine.fabric;
  job.fleet[1].fabric->nodes_per_pod = 31;
  job.join.emplace();
  job.join->island_rate.value = BytesPerSecond(rate);
  job.join->latency.value = latency;
  job.join_network = job.network;
  return job;
}

/// Seconds of a collective of `bytes` over `chips` alone on the machine.
double alone(const Job& job, std::span<const ChipId> chips, cost::Collective collective, double bytes) {
  const FabricView view = build_fabric(job);
  const Geometry geometry = geometry_of(view, chips);
  const cost::CollectiveTime time = cost::collective_time(collective, geometry.shape, Bytes(bytes));
  const UsagePattern pattern{collective == cost::Collective::all_to_all, collective == cost::Collective::send,
                             time.scale_up_usage, time.nic_usage, time.trunk_usage};
  return time.latency.value() + bytes * seconds_per_byte(geometry, pattern);
}

constexpr double kPlenty = 1e15;

}  // namespace

TEST_CASE("a join that never binds and has no latency changes nothing") {
  const IterationResult one = test::simulated(two_fleets(0, Seconds(0)));
  const IterationResult two = test::simulated(two_fleets(kPlenty, Seconds(0)));
  CHECK(one.seconds == two.seconds);
}

TEST_CASE("the latency of a join counts once for every time that a collective crosses it") {
  // Two uplinks of 5 us a crossing. Rings over two islands cross twice a round: 20 us, in an all-reduce 40 us; an
  // all-reduce over a tree crosses up and down: 20 us; a message crosses once: 10 us.
  const Job near = two_fleets(kPlenty, Seconds(0)), far = two_fleets(kPlenty, microseconds(5));
  const std::vector<ChipId> chips = all_chips(near);
  const auto added = [&](cost::Collective collective, double bytes) {
    return alone(far, chips, collective, bytes) - alone(near, chips, collective, bytes);
  };
  CHECK_THAT(added(cost::Collective::all_gather, 64e6), WithinAbs(20e-6, 1e-12));
  CHECK_THAT(added(cost::Collective::all_to_all, 64e6), WithinAbs(10e-6, 1e-12));
  const double all_reduce = added(cost::Collective::all_reduce, 64e6);
  CHECK((std::abs(all_reduce - 20e-6) < 1e-12 || std::abs(all_reduce - 40e-6) < 1e-12));
  const std::array<ChipId, 2> inside{0, 8}, across{0, 32};
  CHECK(alone(far, inside, cost::Collective::send, 1e6) == alone(near, inside, cost::Collective::send, 1e6));
  CHECK_THAT(alone(far, across, cost::Collective::send, 1e6) - alone(near, across, cost::Collective::send, 1e6),
             WithinAbs(10e-6, 1e-12));
}

TEST_CASE("nothing passes a join faster than its bytes over the island's rate") {
  // Each island must send its sum once (all-reduce), or half of everything (all-to-all: 32 of 64 buffers, half of
  // each).
  const double rate = GENERATE(2e9, 20e9, 200e9, 2000e9);
  const Job job = two_fleets(rate, Seconds(0));
  const std::vector<ChipId> chips = all_chips(job);
  CAPTURE(rate);
  CHECK(alone(job, chips, cost::Collective::all_reduce, 1e9) >= 1e9 / rate);
  CHECK(alone(job, chips, cost::Collective::all_to_all, 1e9) >= 32 * 0.5 * 1e9 / rate);
  // On slow joins the ring's 2 x 63/64 of the buffer is all that counts: 0.9 of the rate inside a step, and a tenth at
  // most for protocol.
  if (rate > 20e9) return;
  const double ring = 2.0 * 63 / 64 * 1e9 / (0.9 * rate);
  CHECK(alone(job, chips, cost::Collective::all_reduce, 1e9) < 1.2 * ring);
}

TEST_CASE("a narrow join slows the iteration, folded and unfolded alike") {
  const Job wide = two_fleets(kPlenty, Seconds(0)), narrow = two_fleets(5e9, Seconds(0));
  CHECK(test::simulated(narrow).seconds > 1.2 * test::simulated(wide).seconds);
  CHECK(test::simulated(narrow, true).seconds == test::simulated(narrow, false).seconds);
  CHECK(test::simulated(narrow, true).finish == test::simulated(narrow, false).finish);
}

TEST_CASE("groups inside an island use its network and rate, groups over islands those of the join") {
  Job job = two_fleets(kPlenty, microseconds(5));
  job.fleet[1].network = config::load_network("roce");
  job.join_network = config::load_network("ethernet");
  job.fleet[1].node.nic_rate.value = gigabits_per_second(200);
  const FabricView view = build_fabric(job);
  const std::array<ChipId, 2> first{0, 8}, second{32, 40}, over{0, 32};
  const Geometry one = geometry_of(view, first), two = geometry_of(view, second), both = geometry_of(view, over);
  CHECK(one.shape.network->id == "infiniband-ndr");
  CHECK(two.shape.network->id == "roce");
  CHECK(both.shape.network->id == "ethernet");
  CHECK(one.shape.nic_rate.value() == 2 * two.shape.nic_rate.value());
  CHECK(both.shape.nic_rate == two.shape.nic_rate);
  CHECK(both.shape.islands == 2);
  CHECK(one.shape.islands == 1);
}

TEST_CASE("a group over chips of different scale-up links is paced by the slowest, in either order") {
  Job job = two_fleets(0, Seconds(0), 8);
  job.fleet[1].chip = config::load_chip("A100-SXM4-80GB");
  job.fleet[1].link = config::load_link("nvlink3");
  const std::vector<ChipId> chips = all_chips(job);
  const Geometry mixed = geometry_of(build_fabric(job), chips);
  CHECK(mixed.shape.link->id == "nvlink3");
  std::swap(job.fleet[0], job.fleet[1]);
  const Geometry turned = geometry_of(build_fabric(job), chips);
  CHECK(turned.shape.link->id == "nvlink3");
  CHECK(turned.port_rate == mixed.port_rate);
}
