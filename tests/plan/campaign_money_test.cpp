#include "sim/plan/campaign_money.hpp"

#include "tests/support/catch.hpp"

using sim::Seconds;
using sim::Watts;
using sim::iteration::IterationResult;
using sim::iteration::Stave;

namespace {

sim::campaign::PowerShares shares() {
  sim::campaign::PowerShares shares;
  shares.compute.value = 0.9;
  shares.memory.value = 0.7;
  shares.waiting.value = 0.5;
  shares.idle.value = 0.1;
  shares.server.value = 0.3;
  shares.server_idle.value = 0.2;
  shares.network.value = Watts(50);
  return shares;
}

}  // namespace

TEST_CASE("a working chip draws what the seconds of its staves say, weighted by time") {
  // 6 s of matrix units, 3 s of memory and 1 s of waiting: (6 x 0.9 + 3 x 0.7 + 1 x 0.5) / 10.
  IterationResult result;
  result.seconds = Seconds(10);
  result.pacing.staves[static_cast<std::size_t>(Stave::tensor_compute)] = 6;
  result.pacing.staves[static_cast<std::size_t>(Stave::hbm_bandwidth)] = 3;
  result.pacing.staves[static_cast<std::size_t>(Stave::bubble)] = 1;
  CHECK_THAT(sim::plan::power_of_step(result, shares()), WithinRel(0.8, 1e-12));
}

TEST_CASE(
    "the server follows a chip's power at work, and its design power when it idles; the network follows neither") {
  CHECK_THAT(sim::plan::around(Watts(400), shares()).value(), WithinRel(400 * 1.3 + 50, 1e-12));
  CHECK_THAT(sim::plan::idle_power(Watts(700), shares()).value(), WithinRel(700 * (0.1 + 0.2) + 50, 1e-12));
}
