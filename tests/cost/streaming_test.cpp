#include "sim/base/error.hpp"
#include "tests/cost/constants.hpp"
#include "tests/support/catch.hpp"

using namespace sim;

// 1e9 elements x 4 B / (0.90 x 3.352e12) = 1,325.9 us and 2 us; backward 8 B at 0.75 of the rate: 3,535.7 us and 2 us.
TEST_CASE("a norm moves its bytes at the streaming rate, its backward reduction slower") {
  const test::PricedChip chip = test::h100();
  const cost::PassTime pass = cost::streaming_time(chip.pricing(), {"norm", 1e9});
  CHECK_THAT(pass.forward.hbm_bandwidth.value() * 1e6, WithinAbs(1325.9, 0.1));
  CHECK_THAT(pass.forward.launch.value() * 1e6, WithinAbs(2.0, 1e-9));
  CHECK_THAT(pass.backward().hbm_bandwidth.value() * 1e6, WithinAbs(3535.7, 0.1));
  CHECK(pass.forward.tensor_compute.value() == 0);
}

TEST_CASE("a kernel without traffic in one direction costs nothing there") {
  const test::PricedChip chip = test::h100();
  CHECK(cost::streaming_time(chip.pricing(), {"residual", 1e6}).backward().total().value() == 0);
  CHECK(cost::traffic_time(chip.pricing(), Bytes(0), 3).total().value() == 0);
}

TEST_CASE("no streaming kernel is faster than the launch floor of a stream") {
  const test::PricedChip chip = test::h100();
  CHECK_THAT(cost::traffic_time(chip.pricing(), Bytes(8), 4).total().value() * 1e6, WithinAbs(4 * 2.25, 1e-9));
}

TEST_CASE("an operation that the software preset does not price is an error that names both") {
  const test::PricedChip chip = test::h100();
  CHECK_THROWS_AS(cost::streaming_time(chip.pricing(), {"unheard_of", 1e6}), InputError);
  try {
    (void)cost::streaming_time(chip.pricing(), {"unheard_of", 1e6});
  } catch (const InputError& error) {
    CHECK_THAT(std::string(error.what()), ContainsSubstring("unheard_of"));
    CHECK_THAT(std::string(error.what()), ContainsSubstring("test-preset"));
  }
}

// Share of the HBM rate of one-pass bf16 -> fp8 casts (3 B per element) by bytes moved, measured ranges widened by 0.05
// (docs/model.md). The fixed time of a kernel alone makes small ones slow.
TEST_CASE("small casts reach the measured fraction of the memory rate") {
  struct Row {
    test::PricedChip chip;
    double megabytes, least, most;
  };
  const Row rows[] = {
      {test::h100(), 2, 0.20, 0.34},   {test::h100(), 160, 0.84, 0.87}, {test::h100(), 600, 0.88, 0.91},
      {test::h200(), 2, 0.14, 0.24},   {test::h200(), 8, 0.42, 0.55},   {test::h200(), 160, 0.80, 0.80},
      {test::h200(), 600, 0.84, 0.88}, {test::b200(), 2, 0.08, 0.12},   {test::b200(), 8, 0.26, 0.30},
      {test::b200(), 32, 0.50, 0.58},  {test::b200(), 160, 0.54, 0.77}, {test::b200(), 600, 0.62, 0.79}};
  for (const Row& row : rows) {
    const double bytes = row.megabytes * 1e6;
    const double time = cost::streaming_time(row.chip.pricing(), {"cast_fp8", bytes / 3}).forward.total().value();
    const double share = bytes / time / row.chip.chip.memory_bandwidth->value.value();
    CAPTURE(row.chip.chip.id, row.megabytes, share);
    CHECK(share > row.least - 0.05);
    CHECK(share < row.most + 0.05);
  }
}
