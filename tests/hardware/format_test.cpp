#include "sim/hardware/format.hpp"

#include <string>

#include "tests/support/catch.hpp"

using namespace sim::hardware;

TEST_CASE("every format is found by its own name") {
  for (int index = 0; index <= static_cast<int>(Format::int4); ++index) {
    const auto format = static_cast<Format>(index);
    CAPTURE(std::string(name(format)));
    CHECK(format_from_name(name(format)) == format);
  }
}

TEST_CASE("a name in other letters is no format") {
  const std::string text = GENERATE("BF16", "bf8", "fp", "", "fp16 ");
  CAPTURE(text);
  CHECK_FALSE(format_from_name(text).has_value());
}

TEST_CASE("the width of a format is the number in its name, but for tf32's 19 stored bits") {
  CHECK(bits(Format::fp64) == 64);
  CHECK(bits(Format::fp32) == 32);
  CHECK(bits(Format::tf32) == 32);
  CHECK(bits(Format::fp16) == 16);
  CHECK(bits(Format::bf16) == 16);
  CHECK(bits(Format::fp8) == 8);
  CHECK(bits(Format::fp6) == 6);
  CHECK(bits(Format::fp4) == 4);
  CHECK(bits(Format::int8) == 8);
  CHECK(bits(Format::int4) == 4);
}
