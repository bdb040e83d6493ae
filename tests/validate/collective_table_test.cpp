#include "sim/validate/collective_table.hpp"

#include "sim/base/error.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/source_folder.hpp"

using namespace sim;
using validate::MeasuredCollective;
using validate::parse_collectives;
using validate::TimingTable;

namespace {

constexpr std::int64_t kMiB = 1 << 20;
constexpr std::int64_t kGiB = 1 << 30;

std::vector<MeasuredCollective> shipped(const char* name) {
  return validate::read_collectives(sim::test::source_folder() + "/validation/microbench/" + name);
}

const TimingTable& shipped_errors() {
  static const TimingTable table = [] {
    std::vector<MeasuredCollective> rows = shipped("collectives_one_node.csv");
    const std::vector<MeasuredCollective> more = shipped("collectives_published.csv");
    rows.insert(rows.end(), more.begin(), more.end());
    return validate::score_collectives(rows);
  }();
  return table;
}

std::string message(const std::string& text) {
  try {
    (void)parse_collectives(text, "mine.csv");
  } catch (const InputError& error) {
    return error.what();
  }
  return "accepted";
}

MeasuredCollective across(const char* collective, int gpus, int nodes, std::int64_t bytes) {
  MeasuredCollective row{"H100-SXM5-80GB", "nccl-2.20+", collective, gpus, bytes, 1};
  row.nodes = nodes;
  row.nics = gpus / nodes;
  row.nic_gigabits = 400;
  row.network = "infiniband-ndr";
  return row;
}

double seconds(const MeasuredCollective& row) {
  const TimingTable table = validate::score_collectives({row});
  CAPTURE(table.rows[0].reason);
  REQUIRE(table.total.errors.n == 1);
  return table.rows[0].predicted_seconds;
}

std::string refusal(const MeasuredCollective& row) {
  return validate::score_collectives({row}).rows[0].reason;
}

}  // namespace

// Errors of the model, docs/model.md, with a little slack: what loses accuracy at any age of the library fails here.
TEST_CASE("collectives keep their measured accuracy by age of the library and size") {
  struct Bound {
    const char* what;
    int rows;
    double median, ninetieth;
  };
  const auto bound = GENERATE(
      Bound{"nccl-2.27+, 1 MiB and more", 390, 0.04, 0.12}, Bound{"nccl-2.27+, below 1 MiB", 401, 0.065, 0.145},
      Bound{"nccl-2.20+, 1 MiB and more", 249, 0.032, 0.115}, Bound{"nccl-2.25, 1 MiB and more", 7, 0.058, 0.14},
      Bound{"nccl-2.22, 1 MiB and more", 7, 0.045, 0.175}, Bound{"nccl-2.20-azure, 1 MiB and more", 14, 0.025, 0.095},
      Bound{"nccl-2.20-azure, below 1 MiB", 6, 0.035, 0.045}, Bound{"nccl-2.18-azure, 1 MiB and more", 14, 0.035, 0.09},
      Bound{"nccl-2.18-azure, below 1 MiB", 6, 0.02, 0.16}, Bound{"nccl-2.18, 1 MiB and more", 14, 0.025, 0.25},
      Bound{"nccl-2.18, below 1 MiB", 6, 0.06, 0.14}, Bound{"a100-cloud, 1 MiB and more", 13, 0.035, 0.32},
      Bound{"nccl-2021-22, 1 MiB and more", 155, 0.055, 0.18});
  CAPTURE(bound.what);
  const validate::ErrorSummary& errors = shipped_errors().by_software_and_size.at(bound.what);
  CHECK(errors.n == bound.rows);
  CHECK(errors.median_ape <= bound.median);
  CHECK(errors.p90_ape <= bound.ninetieth);
}

TEST_CASE("collectives keep their measured accuracy by kind of network") {
  struct Bound {
    const char* link;
    int rows;
    double median, ninetieth;
  };
  const auto bound =
      GENERATE(Bound{"nvlink4 + infiniband-ndr", 139, 0.03, 0.105}, Bound{"nvlink4 + roce", 75, 0.02, 0.105},
               Bound{"nvlink4 + efa", 18, 0.06, 0.14}, Bound{"nvlink5 + efa", 20, 0.065, 0.235});
  CAPTURE(bound.link);
  const validate::ErrorSummary& errors = shipped_errors().by_link.at(bound.link).errors;
  CHECK(errors.n == bound.rows);
  CHECK(errors.median_ape <= bound.median);
  CHECK(errors.p90_ape <= bound.ninetieth);
}

TEST_CASE("every shipped row of a collective is priced, by link generation and network") {
  const TimingTable& table = shipped_errors();
  CHECK(table.rows.size() == 910 + 409);
  CHECK(table.total.errors.n == 910 + 409);
  CHECK(table.by_link.at("nvlink2").errors.n == table.by_chip.at("V100-SXM2-16GB").errors.n);
}

// Every node has to send 2 (N-1)/N S over its NICs.
TEST_CASE("no shipped row across nodes is predicted faster than its bytes over the NICs of a node") {
  int rows = 0;
  for (const MeasuredCollective& row : shipped("collectives_published.csv")) {
    if (row.nodes == 1 || row.collective != "all_reduce") continue;
    ++rows;
    const double nic_rate = row.nics * row.nic_gigabits * 1e9 / 8;
    const double least = 2.0 * (row.nodes - 1) / row.nodes * static_cast<double>(row.bytes) / nic_rate;
    CAPTURE(row.table, row.gpus, row.bytes);
    CHECK(seconds(row) >= least);
  }
  CHECK(rows == 263);
}

// docs/model.md: 12 us + 28 x 3.25 us + 3 x 13.3 us, and the longer of 31/32 S through 18 links of 20.6 GB/s with the
// copy of S/32 at 800 GB/s, and 31/32 S through the NICs at 0.97 of 50 GB/s each. No share of a step.
TEST_CASE("rows across nodes are priced on idle links and NICs, as many as the table says") {
  const double steps = 12e-6 + 28 * 3.25e-6 + 3 * 13.3e-6, sent = 31.0 / 32 * kGiB;
  CHECK_THAT(seconds(across("all_gather", 32, 4, kGiB)),
             WithinRel(steps + sent / (18 * 20.6e9) + kGiB / (32 * 800e9), 1e-9));
  MeasuredCollective half = across("all_gather", 32, 4, kGiB);
  half.nics = 4;
  CHECK_THAT(seconds(half), WithinRel(steps + sent / (200e9 * 0.97), 1e-9));
  // One chip a node: 15 steps across and none inside.
  CHECK_THAT(seconds(across("all_gather", 16, 16, kGiB)),
             WithinRel(12e-6 + 15 * 13.3e-6 + 15.0 / 16 * kGiB / (50e9 * 0.97), 1e-9));
}

TEST_CASE("a table may force the algorithm of a row and the links of its chips") {
  MeasuredCollective ring{"H100-SXM5-80GB", "nccl-2.27+", "all_reduce", 8, 16 * kGiB, 1};
  const double in_switch = seconds(ring);
  ring.algorithm = "ring";
  CHECK(seconds(ring) > 1.2 * in_switch);
  MeasuredCollective pair{"A100-SXM4-40GB", "nccl-2.22", "all_gather", 2, 16 * kGiB, 1};
  const double twelve = seconds(pair);
  pair.links = 4;
  // A third of the links: copies and starts stay. 0.5 S over 240 and over 80 GB/s.
  CHECK_THAT(seconds(pair) - twelve, WithinRel(0.5 * 16 * kGiB * (1 / 80e9 - 1 / 240e9), 0.01));
}

TEST_CASE("rows that name no possible machine stay with their reason") {
  CHECK_THAT(refusal(across("all_reduce", 33, 4, kMiB)), ContainsSubstring("33 chips do not fill 4 nodes evenly"));
  CHECK_THAT(refusal(across("all_reduce", 64, 4, kMiB)), ContainsSubstring("has 8 chips, not 16"));
  MeasuredCollective row = across("all_reduce", 32, 4, kMiB);
  row.network = "carrier-pigeon";
  CHECK_THAT(refusal(row), ContainsSubstring("carrier-pigeon"));
  row = across("all_reduce", 32, 4, kMiB);
  row.algorithm = "butterfly";
  CHECK_THAT(refusal(row), ContainsSubstring("butterfly"));
  row = across("all_reduce", 8, 4, kMiB);
  row.chip = "V100-SXM2-16GB";
  row.software = "nccl-2021-22";
  CHECK_THAT(refusal(row), ContainsSubstring("has no switch"));
}

TEST_CASE("optional columns may be missing, and several nodes need a network") {
  const std::string head = "chip,software,collective,gpus,bytes,latency_us";
  const auto plain = parse_collectives(head + "\nX,new,all_reduce,8,1024,5\n", "mine.csv");
  REQUIRE(plain.size() == 1);
  CHECK(plain[0].nodes == 1);
  CHECK(plain[0].algorithm.empty());
  const auto rows = parse_collectives(head + ",nodes,nics,nic_gbps,network,algorithm,links,table,confidence\n" +
                                          "X,new,all_reduce,16,1024,5,2,4,200,efa,ring,,paper,read\n" +
                                          "X,new,all_reduce,8,1024,5,,,,,,3,,\n",
                                      "mine.csv");
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].nodes == 2);
  CHECK(rows[0].nics == 4);
  CHECK(rows[0].nic_gigabits == 200);
  CHECK(rows[0].network == "efa");
  CHECK(rows[0].algorithm == "ring");
  CHECK(rows[0].table == "paper");
  CHECK(rows[1].nodes == 1);
  CHECK(rows[1].links == 3);
  CHECK_THAT(message(head + ",nodes\nX,new,all_reduce,16,1024,5,2\n"),
             ContainsSubstring("nics: must be a whole number from 1"));
  CHECK_THAT(message(head + ",nodes,nics,nic_gbps,network\nX,new,all_reduce,16,1024,5,2,8,0,\n"),
             ContainsSubstring("nic_gbps: must be a number above 0"));
  CHECK_THAT(message(head + ",colour\n"), ContainsSubstring("and may name table,confidence,algorithm"));
  CHECK_THAT(message(head + ",nodes,nodes\n"), ContainsSubstring("must name the columns"));
}
