#include "sim/validate/nccl_log.hpp"

#include "sim/base/error.hpp"
#include "tests/support/catch.hpp"
#include "tests/validate/nccl_text.hpp"

using sim::InputError;
using sim::cost::Collective;
using sim::test::nccl_text;
using sim::test::NcclSample;
using sim::validate::NcclLog;
using sim::validate::parse_nccl_log;

namespace {

std::string message(const std::string& text, const std::string& collective = "") {
  try {
    (void)parse_nccl_log(text, "nccl.txt", collective);
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

// Eight sizes from 1 MB on at 100 GB/s.
NcclSample sample() {
  NcclSample made;
  for (double bytes = 1e6; made.rows.size() < 8; bytes *= 2) made.rows.push_back({bytes, bytes / 100e9});
  return made;
}

}  // namespace

TEST_CASE("nccl-tests: ranks by host, device, and out-of-place times") {
  NcclSample made = sample();
  made.hosts = {"node1", "node2"};
  made.ranks_per_host = 4;
  const NcclLog log = parse_nccl_log(nccl_text(made), "nccl.txt");
  CHECK(log.ranks_of_node == std::vector<int>{4, 4});
  CHECK(log.device == "NVIDIA H100 80GB HBM3");
  REQUIRE(log.rows.size() == 8);
  CHECK(log.rows[0].bytes == 1e6);
  CHECK_THAT(log.rows[0].seconds, WithinRel(10e-6, 1e-9));
  CHECK(log.collective == Collective::all_reduce);
}

TEST_CASE("nccl-tests: bus over algorithm rate and the operation tell all_reduce from reduce_scatter") {
  NcclSample made = sample();
  CHECK(parse_nccl_log(nccl_text(made), "nccl.txt").collective == Collective::all_reduce);
  made.bus_over_algorithm = 7.0 / 8;
  CHECK(parse_nccl_log(nccl_text(made), "nccl.txt").collective == Collective::reduce_scatter);
  made.operation = "none";  // all_gather or alltoall
  CHECK_THAT(message(nccl_text(made)), ContainsSubstring("does not say which collective it measured"));
  CHECK(parse_nccl_log(nccl_text(made), "nccl.txt", "alltoall_perf").collective == Collective::all_to_all);
  made.title = "# Collective test starting: all_gather_perf\n";
  CHECK(parse_nccl_log(nccl_text(made), "nccl.txt").collective == Collective::all_gather);
}

TEST_CASE("nccl-tests: sizes of nothing and wrong results do not count") {
  NcclSample made = sample();
  made.rows.insert(made.rows.begin(), {0, 5e-6});
  made.wrong_row = 8;
  made.rows.push_back({512e6, 6e-3});
  const NcclLog log = parse_nccl_log(nccl_text(made), "nccl.txt");
  CHECK(log.without_data == 1);
  CHECK(log.wrong == 1);
  CHECK(log.rows.size() == 8);
}

TEST_CASE("nccl-tests: what cannot be used is refused with its place") {
  CHECK_THAT(message(""), ContainsSubstring("nccl.txt: error: has no list of ranks"));
  NcclSample made = sample();
  made.ranks_per_host = 1;
  CHECK_THAT(message(nccl_text(made)), ContainsSubstring("has one rank"));
  made = sample();
  made.rows.resize(7);
  CHECK_THAT(message(nccl_text(made)), ContainsSubstring("7 sizes can be used, 8 are needed"));
  CHECK_THAT(message("1024 256 float sum -1 10.0 0.1 0.2 0\n"),
             ContainsSubstring("nccl.txt:1:1: error: a row above the heading"));
  const std::string text = nccl_text(sample());
  CHECK_THAT(message(text + " 1024 256 float sum -1 fast 0.1 0.2 0\n"), ContainsSubstring("time: expected a number"));
  CHECK_THAT(message(text, "broadcast"), ContainsSubstring("--collective: there is no broadcast"));
  CHECK_THAT(message("# Rank 0 Group 1 Pid 3 on node1 device 0 [0x1b] NVIDIA H100 80GB HBM3\n"),
             ContainsSubstring("several groups"));
}
