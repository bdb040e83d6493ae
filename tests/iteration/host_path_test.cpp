#include "sim/iteration/simulate.hpp"
#include "tests/iteration/jobs.hpp"
#include "tests/support/catch.hpp"

using namespace sim;

// Cards without links of their own once had no rate at all for what ports carry elsewhere.
TEST_CASE("chips without links of their own exchange over the host, and no faster than it is") {
  const std::vector<std::string> cards{"fleet.0.chip=L20-PCIe",   "fleet.0.topology=pcie_8_single",
                                       "fleet.0.count=8",         "model=llama2-7b",
                                       "training.global_batch=8", "training.sequence_length=4096"};
  const auto seconds = [&](const std::string& parallel) {
    std::vector<std::string> changes = cards;
    changes.push_back("parallel=" + parallel);
    return iteration::simulate(test::job_of("quickstart", changes)).seconds.value();
  };
  const double sharded = seconds("{tp: 1, dp: 8, zero: 3}");
  const double staged = seconds("{tp: 1, pp: 8, dp: 1}");
  const double split = seconds("{tp: 8, dp: 1}");
  CHECK(sharded > 0);
  CHECK(staged > 0);
  // 32 layers x 4 all-reduces of 4096 x 4096 x 2 B x 8 sequences, each 2 x 7/8 of it over 32 GB/s.
  const double exchanged = 32 * 4 * 4096.0 * 4096 * 2 * 8 * 2 * 7 / 8 / 32e9;
  CHECK(split > exchanged);
  CHECK(split > sharded);
}
