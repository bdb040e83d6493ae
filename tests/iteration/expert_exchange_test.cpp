#include <string>

#include "sim/config/catalog.hpp"
#include "tests/iteration/jobs.hpp"
#include "tests/support/catch.hpp"

using sim::test::job_of;
using sim::test::simulated;

namespace {

// Two layers of DeepSeek-V3's kind on 16 or 64 H100 of an NDR fabric.
double seconds(int chips, const std::string& exchange, const std::string& more = "") {
  const std::string ranks = std::to_string(chips);
  return simulated(job_of("quickstart",
                          {"fleet.0.count=" + ranks, "fleet.0.topology=dgx_h100_rail_ndr400",
                           "training.global_batch=" + std::to_string(2 * chips),
                           "parallel={ep: " + ranks + ", ep_exchange: " + exchange + more + "}",
                           "model={layers: 2, hidden: 7168, heads: 128, ffn_hidden: 18432, gated: true, vocabulary: "
                           "129280, context: 4096, moe: {experts: 256, top_k: 8, expert_ffn_hidden: 2048}}"}))
      .seconds.value();
}

}  // namespace

TEST_CASE("Inside one node a hierarchy changes nothing; across nodes leaving copies out shortens the iteration") {
  CHECK(seconds(8, "hierarchical") == seconds(8, "direct"));
  CHECK(seconds(64, "hierarchical") != seconds(64, "direct"));
  CHECK(seconds(64, "deduplicated") < seconds(64, "direct"));
  CHECK(seconds(64, "deduplicated", ", ep_fp8_dispatch: true") < seconds(64, "deduplicated"));
}

TEST_CASE("What deduplication saves is the time that its exchanges save") {
  // Dispatch and combine, forward and backward, in 2 layers and 2 micro-batches. S = 2 B x 4,096 x 8 x 7,168 = 469.8
  // MB. NICs bind both: 7/8 of the copies over 0.9 x 50 GB/s times the share left in a step, once of all 8 a
  // token, once of 8 (1 - C(224, 8) / C(256, 8)) = 5.3; and messages to 7 nodes instead of 56 ranks.
  double kept = 1;
  for (int i = 0; i < 8; ++i) kept *= (224.0 - i) / (256.0 - i);
  const double copies = 8 * (1 - kept) / 8, buffer = 2.0 * 4096 * 8 * 7168;
  const double nic = 50e9 * sim::config::load_network("infiniband-ndr").in_step_share.value;
  const double saved = buffer * 7 / 8 / (0.9 * nic) * (1 - copies) + 0.6e-6 * (56 - 7);
  CHECK_THAT(seconds(64, "direct") - seconds(64, "deduplicated"), WithinRel(4 * 2 * 2 * saved, 0.02));
}
