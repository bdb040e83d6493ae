#include "sim/cost/gemm.hpp"

#include <cmath>
#include <string>

#include "sim/base/error.hpp"
#include "tests/cost/constants.hpp"
#include "tests/support/catch.hpp"

using namespace sim;
using hardware::Format;

namespace {

struct Expected {
  cost::GemmShape shape;
  double microseconds;
  cost::Tile tile;
  int split;
  double waves;
};

cost::GemmChoice repeated(const test::PricedChip& priced, const cost::GemmShape& shape, double output_bytes = 2) {
  return cost::gemm_time(gemm_machine(priced.pricing(), Format::bf16), shape, output_bytes, cost::PowerState::repeated,
                         1.0);
}

double repeated_us(const test::PricedChip& priced, const cost::GemmShape& shape) {
  return repeated(priced, shape).time.total().value() * 1e6;
}

double training_us(const test::PricedChip& priced, const cost::GemmShape& shape, double tensor_share) {
  auto pricing = priced.pricing();
  pricing.tensor_share = tensor_share;
  return cost::gemm_time(gemm_machine(pricing, Format::bf16), shape, 2, cost::PowerState::training, tensor_share)
             .time.total()
             .value() *
         1e6;
}

void require_choice(const test::PricedChip& priced, const Expected& expected) {
  const cost::GemmChoice choice = repeated(priced, expected.shape);
  CAPTURE(priced.chip.id, expected.shape.m, expected.shape.n, expected.shape.k);
  CHECK_THAT(choice.time.total().value() * 1e6, WithinAbs(expected.microseconds, 0.005));
  CHECK(choice.tile.rows == expected.tile.rows);
  CHECK(choice.tile.columns == expected.tile.columns);
  CHECK(choice.split == expected.split);
  CHECK(choice.waves == expected.waves);
}

}  // namespace

// Expected values of this test: a second implementation of docs/model.md in another language.
TEST_CASE("product times, tiles, splits and waves agree with an independent implementation") {
  require_choice(test::a100(), {{4096, 4096, 4096}, 564.08, {256, 128}, 1, 5});
  require_choice(test::a100(), {{512, 1024, 10240}, 59.30, {256, 128}, 6, 1});
  require_choice(test::a100(), {{4096, 12288, 1536}, 657.43, {256, 128}, 1, 15});
  require_choice(test::h100(), {{4096, 4096, 4096}, 184.37, {256, 128}, 1, 4});
  require_choice(test::h100(), {{512, 1024, 10240}, 20.97, {128, 64}, 2, 1});
  require_choice(test::h100(), {{8192, 28672, 8192}, 5619.42, {128, 128}, 1, 109});
  require_choice(test::h20(), {{4096, 4096, 4096}, 997.46, {128, 64}, 1, 27});
  CHECK_THAT(repeated_us(test::b200(), {4096, 4096, 4096}), WithinAbs(94.25, 0.005));
  CHECK_THAT(repeated_us(test::b200(), {8192, 28672, 8192}), WithinAbs(2658.80, 0.005));
}

TEST_CASE("the quantising fp8 inference kernel agrees with an independent implementation") {
  const test::PricedChip chip = test::h100();
  const cost::GemmMachine machine = gemm_machine(chip.pricing(), Format::fp8);
  CHECK_THAT(cost::quantising_fp8_gemm_time(machine, {4096, 4096, 4096}) * 1e6, WithinAbs(140.03, 0.005));
  CHECK_THAT(cost::quantising_fp8_gemm_time(machine, {1024, 1024, 1024}) * 1e6, WithinAbs(10.75, 0.005));
}

// One tile on one of 108 cores, no other bound near: the core needs 2 x 128 x 64 x 4096 / (312e12 x 0.97 / 108) =
// 23.948 us, the write 128 x 64 x 2 x 108 / (0.85 x 2.039e12) = 1.021 us, the start 3.95 us. HBM: (128 + 64) x 4096 x 2
// + 128 x 64 x 2 = 1.589e6 B are 0.917 us and the cache (128 + 64) x 4096 x 2 / 3.23e12 = 0.487 us; in the sixth power
// both vanish. So no split: 28.92 us. A split by 16 has 1/16 of the main loop: 1.497 + 1.021 = 2.518, cache 0.487,
// HBM 0.917, hence 2.519, plus 1.5 and 8 x 16 x 8192 / 4e12 = 0.262 and 3.95: 8.231 us, which wins.
TEST_CASE("a deep and narrow product splits its depth") {
  const cost::GemmChoice choice = repeated(test::a100(), {128, 64, 4096});
  CHECK(choice.split == 16);
  CHECK_THAT(choice.time.total().value() * 1e6, WithinAbs(8.231, 0.01));
  CHECK_THAT(choice.time.launch.value() * 1e6, WithinAbs(5.45, 1e-9));
}

// H20 has 78 cores. 78 tiles of 256x128 are one wave. 20 tiles more would be two; the best that smaller tiles reach is
// 392 tiles of 128x64 in 6 waves of a quarter each, 1.5 times the time. Fluid waves cost 98 / 78 = 1.26 times.
TEST_CASE("tiles that do not fill the last wave cost the whole wave") {
  test::PricedChip chip = test::h20();
  const auto ratio = [&] {
    const cost::KernelTime full = repeated(chip, {78 * 256, 128, 1024}).time;
    const cost::KernelTime over = repeated(chip, {98 * 256, 128, 1024}).time;
    return (over.total() - over.launch) / (full.total() - full.launch);
  };
  CHECK_THAT(ratio(), WithinAbs(1.5, 0.02));
  chip.constants.fluid_waves = true;
  CHECK_THAT(ratio(), WithinAbs(1.256, 0.01));
}

TEST_CASE("grouped products share waves: eight groups cost less than eight products") {
  const test::PricedChip chip = test::h100();
  const double one = repeated_us(chip, {512, 1024, 4096, 1});
  const double grouped = repeated_us(chip, {512, 1024, 4096, 8});
  CHECK(grouped < 8 * one);
  CHECK(grouped > one);
}

TEST_CASE("sizes are padded to the array of a systolic chip") {
  test::PricedChip chip = test::h100();
  chip.constants.rounding = 128;
  CHECK(repeated_us(chip, {129, 129, 129}) == repeated_us(chip, {256, 256, 256}));
}

// The staves of a product are T times the elasticity: raising one knob by 0.1 % must save 0.1 % of its stave. The
// choice of kernel is frozen by offering only the chosen one.
TEST_CASE("the parts of a product's time are its elasticities") {
  const test::PricedChip chip = test::h100();
  const cost::GemmShape shape = GENERATE(cost::GemmShape{4096, 4096, 512}, cost::GemmShape{8192, 1024, 1024},
                                         cost::GemmShape{512, 16384, 8192}, cost::GemmShape{64, 4096, 4096});
  cost::GemmMachine machine = gemm_machine(chip.pricing(), Format::bf16);
  const auto time = [&](const cost::GemmMachine& on) {
    return cost::gemm_time(on, shape, 2, cost::PowerState::training, 0.75);
  };
  const cost::GemmChoice base = time(machine);
  const cost::Tile tile[] = {base.tile};
  const int split[] = {base.split};
  machine.tiles = tile;
  machine.splits = split;
  const double step = 1.001;
  cost::GemmMachine more_memory = machine;
  more_memory.memory_rate *= step;
  const double saved_by_memory = base.time.total().value() - time(more_memory).time.total().value();
  CAPTURE(shape.m, shape.n, shape.k);
  CHECK_THAT(saved_by_memory / std::log(step), WithinRel(base.time.hbm_bandwidth.value(), 0.01));
  cost::GemmMachine more_compute = machine;
  more_compute.peak *= step;
  const double saved_by_compute = base.time.total().value() - time(more_compute).time.total().value();
  const double partial_sums = base.split > 1 ? 8.0 * base.split * static_cast<double>(shape.m * shape.n) / 4e12 : 0.0;
  CHECK_THAT(saved_by_compute / std::log(step), WithinRel(base.time.tensor_compute.value() - partial_sums, 0.01));
}

// H100, d = 0.75: 0.663 x (1 - 0.6 x 0.25) / 0.75 = 0.7514 of the peak; d = 1 leaves e1 = 0.663; d = 0.5 would be
// 0.928, above the short ceiling 0.83. A product of 1.1e15 FLOP is bound by power alone, up to the sixth-power mean.
TEST_CASE("the power ceiling of training depends on the share of tensor kernels") {
  const test::PricedChip chip = test::h100();
  const cost::GemmShape large{32768, 32768, 16384};
  const double ideal_us = 2.0 * 32768 * 32768 * 16384 / 989.4e12 * 1e6;
  const double middle = ideal_us / training_us(chip, large, 0.75);
  const double dense = ideal_us / training_us(chip, large, 1.0);
  const double sparse = ideal_us / training_us(chip, large, 0.5);
  CHECK_THAT(middle, WithinAbs(0.7514, 0.03));
  CHECK_THAT(dense, WithinAbs(0.663, 0.02));
  CHECK(sparse <= 0.83);
  CHECK(sparse > middle);
  CHECK(middle > dense);
}

// w = 700 W / 989.4 TFLOPS = 0.7075, root 0.8411: e1 = 0.6603, cap = 0.8254; another vendor's part stays at e1.
// fp8: 700 / (1978.9 / 2) is the same w. H20: w = 2.70, so the main loop binds.
TEST_CASE("the power rule gives the ceilings of a chip that nobody measured") {
  test::PricedChip chip = test::h100();
  chip.constants.power_rule = true;
  const cost::GemmMachine nvidia = gemm_machine(chip.pricing(), Format::bf16);
  CHECK_THAT(nvidia.sustained_ceiling, WithinAbs(0.6603, 1e-4));
  CHECK_THAT(nvidia.short_ceiling, WithinAbs(0.8254, 1e-4));
  CHECK_THAT(gemm_machine(chip.pricing(), Format::fp8).sustained_ceiling, WithinAbs(0.6603, 1e-4));
  chip.chip.vendor = "another";
  const cost::GemmMachine other = gemm_machine(chip.pricing(), Format::bf16);
  CHECK(other.short_ceiling == other.sustained_ceiling);
  test::PricedChip throttled = test::h20();
  throttled.constants.power_rule = true;
  CHECK(gemm_machine(throttled.pricing(), Format::bf16).short_ceiling == 0.97);
  throttled.chip.power.reset();
  CHECK_THROWS_AS(gemm_machine(throttled.pricing(), Format::bf16), InputError);
}

TEST_CASE("a format that the chip lacks is infeasible and the message names those that it has") {
  const test::PricedChip chip = test::a100();
  try {
    (void)cost::product_time(chip.pricing(), {1024, 1024, 1024}, Format::fp8, 2, true);
    FAIL("fp8 on an A100 was priced");
  } catch (const InputError& error) {
    CHECK(error.exit_code() == ExitCode::infeasible);
    CHECK_THAT(std::string(error.what()), ContainsSubstring("bf16"));
  }
}

TEST_CASE("fp16 and bf16 stand in for each other") {
  const test::PricedChip chip = test::v100();
  const auto as = [&](Format format) {
    return cost::product_time(chip.pricing(), {4096, 7000, 4096}, format, 2, false).total().value();
  };
  CHECK(as(Format::fp16) == as(Format::bf16));
  // DeepBench measured 112.3 TFLOPS for this product on a DGX-1; the study's transfer error is within 8 %.
  CHECK_THAT(2.0 * 4096 * 7000 * 4096 / as(Format::fp16) / 1e12, WithinRel(112.3, 0.08));
}

TEST_CASE("more cores with more cache and memory never slow a product down") {
  const cost::GemmShape shape = GENERATE(cost::GemmShape{1024, 1024, 1024}, cost::GemmShape{333, 5000, 777},
                                         cost::GemmShape{8192, 8192, 8192}, cost::GemmShape{1, 1, 1});
  const test::PricedChip slow = test::h100(), fast = test::h200();
  CHECK(repeated_us(fast, shape) <= repeated_us(slow, shape));
}

TEST_CASE("an operator's backward pass holds both gradients") {
  const test::PricedChip chip = test::h100();
  model::Operator op{"projection", model::MatrixProduct{8192, 1344, 10752}};
  const cost::PassTime weighted = cost::operator_time(chip.pricing(), op);
  const double input = cost::product_time(chip.pricing(), {8192, 10752, 1344}, Format::bf16, 2, true).total().value();
  const double weight = cost::product_time(chip.pricing(), {1344, 10752, 8192}, Format::bf16, 2, true).total().value();
  CHECK_THAT(weighted.input_gradient.total().value(), WithinRel(input, 1e-12));
  CHECK_THAT(weighted.weight_gradient.total().value(), WithinRel(weight, 1e-12));
  std::get<model::MatrixProduct>(op.what).has_weight = false;
  const cost::PassTime bare = cost::operator_time(chip.pricing(), op);
  CHECK(bare.weight_gradient.total().value() == 0);
  CHECK_THAT(bare.backward().total().value(), WithinRel(input + weight, 1e-12));
}

TEST_CASE("products that need precision stay out of fp8") {
  const test::PricedChip chip = test::h100();
  model::MatrixProduct logits{8192, 12532, 10752};
  const auto forward = [&](const model::MatrixProduct& product) {
    return cost::operator_time(chip.pricing(Format::fp8), {"logits", product}).forward.total().value();
  };
  const double low = forward(logits);
  logits.low_precision = false;
  CHECK(forward(logits) > 1.5 * low);
}

// Forward casts input and weight, (m + n) k elements of 3 B; backward casts the output gradient, m n elements.
TEST_CASE("fp8 products pay for the casts of their operands") {
  const test::PricedChip chip = test::h100();
  const cost::KernelPricing pricing = chip.pricing(Format::fp8);
  const cost::PassTime pass = cost::operator_time(pricing, {"qkv", model::MatrixProduct{8192, 4096, 2048}});
  const auto bare = [&](const model::MatrixProduct& product) {
    return cost::product_time(pricing, product, Format::fp8, 2, true).total().value();
  };
  const double rate = 0.90 * 3.352e12;
  CHECK_THAT(pass.forward.total().value() - bare({8192, 4096, 2048}),
             WithinRel(3.0 * (8192 + 4096) * 2048 / rate + 2e-6, 1e-9));
  CHECK_THAT(pass.input_gradient.total().value() - bare({8192, 2048, 4096}),
             WithinRel(3.0 * 8192 * 4096 / rate + 2e-6, 1e-9));
}
