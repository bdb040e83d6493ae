#include "sim/hardware/plausibility.hpp"

#include "tests/support/catch.hpp"

using namespace sim;
using namespace sim::hardware;

namespace {

// 990 TFLOPS in 16 bits on 814 mm2 of 4 nm: 15,840 / 814 = 19.5 TPP a mm2.
Chip plain() {
  Chip chip;
  chip.process = "TSMC 4N";
  chip.peak[Format::bf16] = Sourced<FlopsPerSecond>{FlopsPerSecond(990e12), {}, "", 0};
  chip.dies = {{1, SquareMillimetres(814), false}};
  chip.memory_type = "HBM3";
  chip.memory_bandwidth = Sourced<BytesPerSecond>{BytesPerSecond(3.35e12), {}, "", 0};
  chip.memory_capacity = Sourced<Bytes>{Bytes(80e9), {}, "", 0};
  return chip;
}

}  // namespace

TEST_CASE("a part like those that ship is not doubted") {
  CHECK(implausible(plain()).empty());
}

TEST_CASE("a density above 1.5 times the best of the process is doubted, with the part that it beats") {
  // 37.5 x 1.5 = 56.25 TPP a mm2 are 45,788 TPP on 814 mm2, or 2,862 TFLOPS in 16 bits.
  Chip chip = plain();
  chip.peak[Format::bf16].value = FlopsPerSecond(2860e12);
  CHECK(implausible(chip).empty());
  chip.peak[Format::bf16].value = FlopsPerSecond(2864e12);
  REQUIRE(implausible(chip).size() == 1);
  CHECK(implausible(chip).front() ==
        "peak: 56.29 TPP a mm2 is 1.501 times the densest part on TSMC 4N (37.5, B30A in fp4)");
  chip.process = "";
  CHECK(implausible(chip).empty());  // nobody says on which process
}

TEST_CASE("older processes are held against their own best part") {
  Chip chip = plain();
  chip.process = "7nm-class";
  CHECK(implausible(chip).empty());  // 19.5 is below 15.3 x 1.5 = 23
  chip.process = "TSMC 12FFN (FinFET)";
  CHECK(implausible(chip).size() == 1);  // above 3.2 x 1.5 = 4.8
  chip.process = "SMIC N+2 (7nm)";
  CHECK(implausible(chip).empty());
}

TEST_CASE("a die larger than the field of a lithography machine is doubted") {
  Chip chip = plain();
  chip.dies.front().area = SquareMillimetres(859);
  REQUIRE(implausible(chip).size() == 1);
  CHECK_THAT(implausible(chip).front(), ContainsSubstring("dies: 859 mm2 is more than the 858 mm2"));
}

TEST_CASE("memory beyond the stacks beside the dies is doubted") {
  // 814 mm2: an edge of 33 x sqrt(814 / 858) = 32.1 mm, 3 stacks on each side; 6 x 819 GB/s = 4.914 TB/s, 6 x 24 = 144
  // GB.
  Chip chip = plain();
  chip.memory_bandwidth->value = BytesPerSecond(4.914e12);
  chip.memory_capacity->value = Bytes(144e9);
  CHECK(implausible(chip).empty());
  chip.memory_bandwidth->value = BytesPerSecond(5e12);
  chip.memory_capacity->value = Bytes(146e9);
  REQUIRE(implausible(chip).size() == 2);
  CHECK(implausible(chip).front() ==
        "memory_bandwidth: 5 TB/s is more than the 4.914 TB/s that 6 stacks of HBM3, all that fit along its dies, "
        "give");
  chip.dies.front().count = 2;
  CHECK(implausible(chip).empty());
}

TEST_CASE("GDDR has the width of its bus") {
  Chip chip = plain();
  chip.memory_type = "GDDR6";
  chip.memory_bandwidth->value = BytesPerSecond(1.28e12);
  chip.memory_capacity->value = Bytes(64e9);
  CHECK(implausible(chip).empty());
  chip.memory_bandwidth->value = BytesPerSecond(1.3e12);
  REQUIRE(implausible(chip).size() == 1);
  CHECK_THAT(implausible(chip).front(), ContainsSubstring("a 512 bit bus of GDDR6 gives"));
}
