#include <cmath>

#include "sim/config/catalog.hpp"
#include "sim/cost/collective_time.hpp"
#include "tests/cost/constants.hpp"
#include "tests/cost/groups.hpp"
#include "tests/support/catch.hpp"

using namespace sim;
using cost::Algorithm;
using cost::Collective;
using cost::GroupShape;
using test::one_node;
using test::us;

namespace {

constexpr double kKiB = 1024, kMiB = 1024 * kKiB;

hardware::LinkGeneration of_age(const std::string& link, const std::string& library) {
  return config::load_link(link, config::Constants::unfitted, library);
}

double all_reduce(const hardware::LinkGeneration& link, double links, int ranks, double bytes) {
  return us(Collective::all_reduce, one_node(link, links, ranks), bytes);
}

}  // namespace

// 20 us and 5.2 us for each of the 2 (n-1) steps. From about 8 MiB on links take longer than that.
TEST_CASE("rings of the library of 2020 to 2022 have a floor that grows with their steps") {
  const hardware::LinkGeneration old = of_age("nvlink3", "nccl-2020-22"), now = of_age("nvlink3", "nccl-2.20");
  for (const double bytes : {kKiB, 64 * kKiB, kMiB, 2 * kMiB}) {
    CHECK_THAT(all_reduce(old, 12, 8, bytes), WithinRel(20 + 14 * 5.2, 1e-12));
    CHECK_THAT(all_reduce(old, 12, 3, 0.25 * bytes), WithinRel(20 + 4 * 5.2, 1e-12));
    CHECK_THAT(us(Collective::all_gather, one_node(old, 12, 8), bytes), WithinRel(20 + 7 * 5.2, 1e-12));
    CHECK(all_reduce(now, 12, 8, bytes) < 60);
  }
  CHECK_THAT(all_reduce(old, 12, 8, 64 * kMiB), WithinRel(all_reduce(now, 12, 8, 64 * kMiB), 1e-12));
}

// t0 = 20, a = 1.7, F = 160: 16 MiB over 240 GB/s and copies at 520 GB/s.
TEST_CASE("rings of NCCL 2.18 on A100 start later and fill longer") {
  const double bytes = 16 * kMiB;
  const double moving = 1.75 * bytes / 240e3 + 0.79 * bytes / (8 * 520e3);
  CHECK_THAT(all_reduce(of_age("nvlink3", "nccl-2.18"), 12, 8, bytes),
             WithinRel(20 + 14 * 1.7 + moving + 160 * moving / (moving + 160 / 2.07), 1e-9));
}

TEST_CASE("virtual machines of a cloud have a floor, and one of its libraries a higher one from 64 KiB on") {
  const hardware::LinkGeneration h100 = of_age("nvlink4", "nccl-2.18-azure"),
                                 h200 = of_age("nvlink4", "nccl-2.20-azure");
  CHECK_THAT(all_reduce(h100, 18, 8, 16 * kKiB), WithinRel(30.0, 1e-12));
  CHECK_THAT(all_reduce(h100, 18, 8, 64 * kKiB), WithinRel(42.0, 1e-12));
  CHECK_THAT(all_reduce(h200, 18, 8, 64 * kKiB), WithinRel(30.0, 1e-12));
  const double large = 64 * kMiB;
  CHECK_THAT(all_reduce(h100, 18, 8, large), WithinRel(all_reduce(of_age("nvlink4", ""), 18, 8, large), 1e-12));
}

TEST_CASE("a library changes the generations that it names and leaves the others") {
  const hardware::LinkGeneration plain = of_age("nvlink2", "");
  for (const std::string& library : config::catalog_ids("collectives")) {
    CAPTURE(library);
    CHECK(all_reduce(of_age("nvlink2", library), 6, 8, kMiB) == all_reduce(plain, 6, 8, kMiB));
  }
}

// NCCL sends up to 16 KiB to a peer by its low-latency protocol: 6.94 us + 16 KiB / 5.42 GB/s = 9.96 us among any
// number. One byte more, and the other protocol needs 13.7 us.
TEST_CASE("direct sends change their protocol by the bytes for one peer") {
  const hardware::LinkGeneration link = of_age("nvlink4", "");
  for (const int ranks : {2, 4, 8}) {
    CAPTURE(ranks);
    const GroupShape shape = one_node(link, 18, ranks);
    const double limit = ranks * 16 * kKiB;
    CHECK_THAT(us(Collective::all_to_all, shape, limit), WithinAbs(6.94 + 16.384 / 5.42, 0.001));
    CHECK_THAT(us(Collective::all_to_all, shape, limit + ranks), WithinAbs(13.7, 0.001));
  }
  CHECK_THAT(us(Collective::send, one_node(link, 18, 2), 16 * kKiB), WithinAbs(6.94 + 16.384 / 5.42, 0.001));
  // 64 MiB: 7.7 + V + 2 sqrt(2.22 V), V = 7.19/8 x 64 MiB / (0.985 x 370.8 GB/s).
  const double moving = 7.19 / 8 * 64 * kMiB / (0.985 * 370.8e3);
  CHECK_THAT(us(Collective::all_to_all, one_node(link, 18, 8), 64 * kMiB),
             WithinRel(7.7 + moving + 2 * std::sqrt(2.22 * moving), 1e-6));
}

// Plateaus of 32 chips of a GB200 NVL72, GTC25 S72583: 680 by ring, 850 in the switch, all-to-all 640, whose fill still
// costs 3 % at 16 GiB.
TEST_CASE("wide groups in one domain meet the plateaus of NVL72") {
  const hardware::LinkGeneration link = of_age("nvlink5", "");
  const GroupShape wide = one_node(link, 18, 32), small = one_node(link, 18, 8);
  const double bytes = 16 * 1024 * kMiB;
  const double factor = 2.0 * 31 / 32;
  CHECK_THAT(factor * bytes / us(Collective::all_reduce, wide, bytes, Algorithm::ring) / 1e3, WithinRel(680.0, 0.015));
  CHECK_THAT(factor * bytes / us(Collective::all_reduce, wide, bytes) / 1e3, WithinRel(850.0, 0.01));
  CHECK_THAT(factor / 2 * bytes / us(Collective::all_to_all, wide, bytes) / 1e3, WithinRel(640.0, 0.03));
  CHECK_THAT(1.75 * bytes / us(Collective::all_reduce, small, bytes) / 1e3, WithinRel(838.0, 0.01));
}

TEST_CASE("constants of every age keep collectives above their bound and growing with their bytes") {
  struct Machine {
    const char* link;
    double links;
  };
  for (const Machine& machine :
       {Machine{"nvlink2", 6}, Machine{"nvlink3", 12}, Machine{"nvlink4", 18}, Machine{"nvlink5", 18}}) {
    for (const std::string& library : config::catalog_ids("collectives")) {
      const hardware::LinkGeneration link = of_age(machine.link, library);
      for (const int ranks : {2, 3, 4, 5, 8, 16, 72}) {
        for (const Collective collective : {Collective::all_reduce, Collective::all_gather, Collective::all_to_all}) {
          const GroupShape shape = one_node(link, machine.links, ranks);
          Seconds last;
          bool respected = true;
          for (double bytes = 512; bytes <= 16 * 1024 * kMiB; bytes *= 2) {
            const cost::CollectiveTime time = collective_time(collective, shape, Bytes(bytes));
            const Seconds bound = lower_bound(collective, shape, Bytes(bytes));
            respected = respected && time.total() >= (1 - 1e-12) * last && time.transfer >= bound;
            last = time.total();
          }
          CAPTURE(machine.link, library, ranks, static_cast<int>(collective));
          CHECK(respected);
        }
      }
    }
  }
}
