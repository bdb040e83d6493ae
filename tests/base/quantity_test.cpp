#include "sim/base/quantity.hpp"

#include <string>
#include <vector>

#include "sim/base/error.hpp"
#include "tests/support/catch.hpp"

using namespace sim;

namespace {

struct Reading {
  const char* text;
  const char* dimension;
  double value;
};

struct Refusal {
  const char* text;
  const char* dimension;
  const char* error;
};

}  // namespace

TEST_CASE("a quantity reads in the SI unit of its dimension") {
  const auto reading = GENERATE(values<Reading>({
      {"1 ps", "time", 1e-12},
      {"7 ns", "time", 7e-9},
      {"1.5 us", "time", 1.5e-6},
      {"1.5 \u00b5s", "time", 1.5e-6},
      {"2ms", "time", 2e-3},
      {"0.25 s", "time", 0.25},
      {"3 min", "time", 180},
      {"2 h", "time", 7200},
      {"2 hours", "time", 7200},
      {"1 d", "time", 86400},
      {"1.5 days", "time", 129600},
      {"80 GB", "data", 80e9},
      {"80 GiB", "data", 85899345920.0},  // 80 x 2^30
      {"8 b", "data", 1},
      {"8 bits", "data", 1},
      {"1 Kib", "data", 128},  // 1024 / 8
      {"1 kB", "data", 1000},
      {"1 KiB", "data", 1024},
      {"2 PB", "data", 2e15},
      {"400 Gb/s", "data rate", 50e9},
      {"400 Gbps", "data rate", 50e9},
      {"400 Gbit/s", "data rate", 50e9},
      {"400Gb/s", "data rate", 50e9},
      {"  400  Gb/s ", "data rate", 50e9},
      {"400 GB/s", "data rate", 400e9},
      {"400 GBps", "data rate", 400e9},
      {"1 GiB/s", "data rate", 1073741824.0},
      {"3.35 TB/s", "data rate", 3.35e12},
      {"2.16e25 FLOP", "operations", 2.16e25},
      {"21.6 YFLOP", "operations", 2.16e25},
      {"312 TFLOPS", "operation rate", 312e12},
      {"312 TFLOP/s", "operation rate", 312e12},
      {"1.979 PFLOPS", "operation rate", 1.979e15},
      {"624 TOPS", "operation rate", 624e12},
      {"700 W", "power", 700},
      {"10.2 kW", "power", 10200},
      {"1.5 MW", "power", 1.5e6},
      {"814 mm2", "area", 814},
      {"814 mm^2", "area", 814},
      {"1410 MHz", "frequency", 1.41e9},
      {"1.98 GHz", "frequency", 1.98e9},
      {"30 kUSD", "money", 30000},
      {"2.5 USD", "money", 2.5},
      {"30000 $", "money", 30000},
      {"0.25", "", 0.25},
      {"1e3", "", 1000},
      {"+5", "", 5},
      {"-0.5", "", -0.5},
      {".5", "", 0.5},
      {"0", "", 0},
      {"5e0", "", 5},
      {"5 EB", "data", 5e18},  // an E that no digit follows is a prefix
  }));
  CAPTURE(reading.text);
  const QuantityText quantity = parse_quantity(reading.text, reading.dimension);
  CHECK(quantity.error == "");
  CHECK_THAT(quantity.value, WithinRel(reading.value, 1e-15));
}

TEST_CASE("a text that is not a finite decimal number with a unit of the dimension is refused with its reason") {
  const auto refusal = GENERATE(values<Refusal>({
      {"400 GBs", "data rate", "\"400 GBs\" has an unknown unit \"GBs\"; did you mean GB/s?"},
      {"400 gb/s", "data rate", "\"400 gb/s\" has an unknown unit \"gb/s\"; did you mean Gb/s?"},
      {"400", "data rate", "\"400\" needs a unit of data rate, such as Gb/s or GB/s"},
      {"400 GB", "data rate", "\"400 GB\" is in GB, a unit of data, but needs a unit of data rate; did you mean GB/s?"},
      {"80 GB/s", "data", "\"80 GB/s\" is in GB/s, a unit of data rate, but needs a unit of data; did you mean GB?"},
      {"5 m", "time", "\"5 m\" has an unknown unit \"m\""},
      {"1 KB", "data", "\"1 KB\" has an unknown unit \"KB\"; did you mean kB?"},
      {"312 TFLOPs", "operation rate",
       "\"312 TFLOPs\" is in TFLOPs, a unit of operations, but needs a unit of operation rate; did you mean TFLOPS?"},
      {"400 Gb/s per port", "data rate", "\"400 Gb/s per port\" has an unknown unit \"Gb/s per port\""},
      {"fast", "data rate", "\"fast\" is not a number with a unit of data rate, such as Gb/s or GB/s"},
      {"", "time", "\"\" is not a number with a unit of time, such as us or days"},
      {"GB", "data", "\"GB\" is not a number with a unit of data, such as GB or GiB"},
      {"nan", "", "\"nan\" is not a finite number"},
      {".inf", "", "\".inf\" is not a finite number"},
      {"-Infinity s", "time", "\"-Infinity s\" is not a finite number"},
      {"0x10 GB", "data", "\"0x10 GB\" is hexadecimal"},
      {"010", "", "\"010\" has a leading zero"},
      {"-010 s", "time", "\"-010 s\" has a leading zero"},
      {"00.5", "", "\"00.5\" has a leading zero"},
      {"1,000 GB", "data", "\"1,000 GB\" has a \",\" inside the number"},
      {"1_000", "", "\"1_000\" has a \"_\" inside the number"},
      {"1e999", "", "\"1e999\" is too large or too small"},
      {"1e-999", "", "\"1e-999\" is too large or too small"},
      {"1e300 PB", "data", "\"1e300 PB\" is too large or too small"},
      {"8 GB", "", "\"8 GB\" has \"GB\" after the number"},
      {"5 %", "", "\"5 %\" is in percent"},
      {"12:30", "", "\"12:30\" has \":30\" after the number"},
      {"1e", "", "\"1e\" has \"e\" after the number"},
      {"--5", "", "\"--5\" is not a number"},
      {".", "", "\".\" is not a number"},
      {"eight", "", "\"eight\" is not a number"},
  }));
  CAPTURE(refusal.text);
  CHECK(parse_quantity(refusal.text, refusal.dimension).error == refusal.error);
}

TEST_CASE("a refused unit lists the units of the dimension") {
  CHECK(parse_quantity("5 m", "frequency").hint == "units of frequency: Hz, kHz, MHz, GHz");
  CHECK(parse_quantity("5", "area").hint == "units of area: mm2");
}

TEST_CASE("a long text is cut in the message, never inside a letter") {
  const std::string text = std::string(59, 'x') + "\u00e9" + std::string(100, 'y');  // the letter takes bytes 59 and 60
  CHECK(parse_quantity(text, "").error == "\"" + std::string(59, 'x') + "...\" is not a number");
}

TEST_CASE("a dimension that does not exist is a bug of this program") {
  CHECK_THROWS_AS(parse_quantity("5 kg", "mass"), InternalError);
}

TEST_CASE("a quantity prints as the shortest text with a unit") {
  const auto reading = GENERATE(values<Reading>({
      {"50 GB/s", "data rate", 50e9},
      {"100 Gb/s", "data rate", 12.5e9},  // one character less than "12.5 GB/s"
      {"3.35 TB/s", "data rate", 3.35e12},
      {"12.5 GB", "data", 12.5e9},  // capacities are never printed in bits
      {"80 GiB", "data", 85899345920.0},
      {"0.5 B", "data", 0.5},
      {"1.5 us", "time", 1.5e-6},
      {"90 s", "time", 90},
      {"1 h", "time", 3600},
      {"5000 d", "time", 432e6},
      {"0 s", "time", 0},
      {"-2 ms", "time", -2e-3},
      {"21.6 YFLOP", "operations", 2.16e25},
      {"312 TFLOP/s", "operation rate", 312e12},
      {"1600 mm2", "area", 1600},
      {"0 W", "power", 0},
      {"1.41 GHz", "frequency", 1.41e9},
      {"30 kUSD", "money", 30000},
      {"0.1", "", 0.1},
  }));
  CHECK(format_quantity(reading.value, reading.dimension) == reading.text);
}

TEST_CASE("a printed quantity reads back to the same value") {
  const auto dimension = GENERATE(values<std::string>(
      {"time", "data", "data rate", "operations", "operation rate", "power", "area", "frequency", "money", ""}));
  for (double value = 1.2345678901234567e-15; value < 1e30; value *= 7.3) {
    const std::string text = format_quantity(value, dimension);
    CAPTURE(text);
    const QuantityText back = parse_quantity(text, dimension);
    REQUIRE(back.error == "");
    REQUIRE_THAT(back.value, WithinRel(value, 1e-12));
  }
}

TEST_CASE("every unit of a dimension is accepted by it") {
  const auto dimension = GENERATE(values<std::string>(
      {"time", "data", "data rate", "operations", "operation rate", "power", "area", "frequency", "money"}));
  for (const std::string& unit : units_of(dimension)) {
    CAPTURE(unit);
    CHECK(parse_quantity("3 " + unit, dimension).error == "");
  }
  CHECK(units_of("").empty());
}

TEST_CASE("the nearest name is a likely typo or nothing") {
  const std::vector<std::string> keys = {"tp", "pp", "micro_batch", "schedule", "sequence_parallel"};
  CHECK(nearest_name("pt", keys) == "tp");
  CHECK(nearest_name("micro-batch", keys) == "micro_batch");
  CHECK(nearest_name("MICRO_BATCH", keys) == "");  // ten other letters: too far
  CHECK(nearest_name("Schedule", keys) == "schedule");
  CHECK(nearest_name("a-bcd", {"axbcd", "a_bcd"}) == "a_bcd");  // a dash is nearer to "_" than to any letter
  CHECK(nearest_name("shcedule", keys) == "schedule");
  CHECK(nearest_name("schedul", keys) == "schedule");
  CHECK(nearest_name("fabric", keys) == "");
  CHECK(nearest_name("x", keys) == "");
  CHECK(nearest_name("", keys) == "");
  CHECK(nearest_name(std::string(100000, 'a'), keys) == "");
}
