#include "sim/cost/collective_time.hpp"
#include "tests/cost/constants.hpp"
#include "tests/cost/groups.hpp"
#include "tests/support/catch.hpp"

using namespace sim;
using cost::Algorithm;
using cost::Collective;
using cost::CollectiveTime;
using cost::GroupShape;
using test::a100;
using test::across;
using test::b200;
using test::busbw;
using test::h100;
using test::h100_nodes;
using test::us;

namespace {

constexpr double kMB = 1e6, kMiB = 1024 * 1024, kGiB = 1024 * kMiB;

CollectiveTime gibibyte(Collective collective, const GroupShape& shape, Algorithm forced = Algorithm::automatic) {
  return collective_time(collective, shape, Bytes(kGiB), forced);
}

GroupShape a100_nodes(int nodes, int local = 8, double nic_gb_s = 25) {
  return across(test::nvlink3(), 12, nodes, local, nic_gb_s);
}

}  // namespace

// Entries are bytes per byte of S over the efficiency of the pattern: rings none inside, trees 0.92, trees that feed on
// the switch 0.97 of its 0.83, direct sends 0.985.
TEST_CASE("scale-up volumes across nodes follow from the algorithm") {
  // 4 nodes of 8: a ring passes every chip with 2 x 31/32 of S (31/32 for its halves).
  CHECK_THAT(gibibyte(Collective::all_reduce, h100_nodes(4), Algorithm::ring).scale_up_usage,
             WithinRel(2.0 * 31 / 32, 1e-12));
  CHECK_THAT(gibibyte(Collective::reduce_scatter, h100_nodes(4)).scale_up_usage, WithinRel(31.0 / 32, 1e-12));
  // A chain of 8 in the node carries S up and down, but for its ends: 2 x 7/8.
  CHECK_THAT(gibibyte(Collective::all_reduce, h100_nodes(4), Algorithm::tree).scale_up_usage * 0.92,
             WithinRel(2.0 * 7 / 8, 1e-12));
  CHECK_THAT(gibibyte(Collective::all_reduce, h100_nodes(4), Algorithm::in_switch_tree).scale_up_usage * 0.97 * 0.83,
             WithinRel(9.0 / 8, 1e-12));
}

// Of its 32 parts a chip sends 7 inside the node. Of what goes to the other three nodes, 3/4, seven parts in eight
// first hop to the chip on the rail of their target.
TEST_CASE("an all-to-all loads ports with what stays inside and with what changes rails") {
  const CollectiveTime several = gibibyte(Collective::all_to_all, h100_nodes(4));
  CHECK_THAT(several.scale_up_usage * 0.985, WithinRel(7.0 / 32 + 3.0 / 4 * 7 / 8, 1e-12));
  CHECK_THAT(several.trunk_usage, WithinRel(several.nic_usage, 1e-12));
  CHECK_THAT(gibibyte(Collective::all_to_all, h100(8)).scale_up_usage * 0.985, WithinRel(7.0 / 8, 1e-12));
}

TEST_CASE("a message loads its port or its NIC once") {
  CHECK_THAT(gibibyte(Collective::send, h100(2)).scale_up_usage * 0.985, WithinRel(1.0, 1e-12));
  const CollectiveTime between = gibibyte(Collective::send, h100_nodes(2, 1));
  CHECK_THAT(between.nic_usage * 0.94, WithinRel(1.0, 1e-12));
  CHECK(between.scale_up_usage == 0);
}

// Two nodes of 8 A100 with 65 GB/s of NICs a node (Galvatron's profile). Groups of k chips a node own k NICs, so the
// rings of 8/k groups side by side fill the same NICs, as one of all chips does.
TEST_CASE("groups that share a node's NICs in equal parts get the same in sum") {
  const auto flow = [](int local) {
    return gibibyte(Collective::all_gather, a100_nodes(2, local, 65.0 / 8), Algorithm::ring);
  };
  for (const int local : {1, 2, 4, 8}) {
    const double n = 2.0 * local;
    CAPTURE(local);
    // f S over the k NICs of 65/8 GB/s that reach 0.97.
    CHECK_THAT(flow(local).transfer.value(), WithinRel((n - 1) / n * kGiB / (local * 65e9 / 8 * 0.97), 1e-9));
  }
}

// Fewer NICs than chips: the p4de has four of 12.5 GB/s. Two nodes exchange their sums once, 0.96 x 50 GB/s.
TEST_CASE("a node's NICs bound its trees, however many chips share them") {
  GroupShape shape = across(test::nvlink3(), 12, 2, 8, 12.5, test::efa());
  shape.nics_per_node = 4;
  CHECK_THAT(busbw(Collective::all_reduce, shape, 1024 * kGiB), WithinRel(0.96 * 50 * 2 * 15 / 16, 0.001));
}

// At sizes where fixed times no longer count. Ring: links x bl (and the copy: 3 % less). Trees: e q b (n-1)/n twice
// over 2; between two nodes the switch binds: 2 (n-1)/n over 9/8 / (0.97 x 0.83 x 370.8). All-to-all: 0.9 b
// (n-1)/(n-8).
TEST_CASE("ceilings of very large buffers follow from the slowest tier") {
  const double huge = 4096 * kGiB;
  CHECK_THAT(busbw(Collective::all_gather, h100(8), huge), WithinRel(1 / (1 / 370.8 + 1 / (7.0 * 800)), 0.001));
  CHECK_THAT(busbw(Collective::all_reduce, a100(8), huge), WithinRel(1 / (1 / 240.0 + 0.79 / (14.0 * 520)), 0.001));
  CHECK_THAT(busbw(Collective::all_reduce, b200(4), huge), WithinRel(1 / (1 / 721.8 + 0.79 / (6.0 * 1560)), 0.001));
  CHECK_THAT(busbw(Collective::all_reduce, a100_nodes(4), huge), WithinRel(0.97 * 200, 0.001));
  CHECK_THAT(busbw(Collective::all_reduce, h100_nodes(16), huge), WithinRel(0.94 * 400 * 127 / 128, 0.001));
  CHECK_THAT(busbw(Collective::all_reduce, h100_nodes(2), huge),
             WithinRel(2.0 * 15 / 16 * 8 / 9 * 0.97 * 0.83 * 370.8, 0.001));
  CHECK_THAT(busbw(Collective::all_to_all, h100_nodes(4), huge), WithinRel(0.9 * 50 * 31 / 24, 0.001));
  CHECK_THAT(busbw(Collective::all_to_all, a100_nodes(4), huge), WithinRel(0.9 * 25 * 31 / 24, 0.001));
}

// Figures of the second implementation (docs/model.md, "Collectives"), to its printed digits.
TEST_CASE("reduce-scatters of 4 GiB over more and more nodes lose to the steps of the ring") {
  const auto [nodes, gb_s] = GENERATE(std::pair(4, 361), std::pair(8, 359), std::pair(16, 352), std::pair(32, 337),
                                      std::pair(64, 309), std::pair(128, 265));
  CAPTURE(nodes);
  CHECK_THAT(busbw(Collective::reduce_scatter, h100_nodes(nodes), 4 * kGiB), WithinAbs(gb_s, 2.0));
}

TEST_CASE("floors of the smallest buffers agree with an independent implementation") {
  CHECK_THAT(us(Collective::all_reduce, h100(8), 4096), WithinAbs(17.0, 0.15));
  CHECK_THAT(us(Collective::all_to_all, h100(8), 128), WithinAbs(7.7, 0.1));
  CHECK_THAT(us(Collective::all_reduce, h100_nodes(2), 4, Algorithm::in_switch_tree), WithinAbs(49.6, 0.1));
}

// Bandwidth of a bucket over the rate of the NICs, 8 x 50 GB/s.
TEST_CASE("buckets reach the share of the NICs that an independent implementation gives") {
  struct Row {
    Collective collective;
    int nodes;
    double megabytes, share;
  };
  const auto row = GENERATE(Row{Collective::all_reduce, 16, 64, 0.43}, Row{Collective::all_reduce, 16, 160, 0.63},
                            Row{Collective::all_reduce, 16, 400, 0.78}, Row{Collective::all_reduce, 16, 1000, 0.87},
                            Row{Collective::all_reduce, 128, 64, 0.31}, Row{Collective::all_reduce, 128, 400, 0.70},
                            Row{Collective::all_reduce, 512, 160, 0.45}, Row{Collective::all_reduce, 512, 4000, 0.90},
                            Row{Collective::all_gather, 16, 100, 0.30}, Row{Collective::all_gather, 16, 2000, 0.84},
                            Row{Collective::all_gather, 64, 500, 0.34}, Row{Collective::all_gather, 128, 500, 0.21});
  CAPTURE(static_cast<int>(row.collective), row.nodes, row.megabytes);
  CHECK_THAT(busbw(row.collective, h100_nodes(row.nodes), row.megabytes * kMB) / 400, WithinAbs(row.share, 0.0151));
}
