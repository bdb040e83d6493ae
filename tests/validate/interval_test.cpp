#include "sim/validate/interval.hpp"

#include <string>

#include "sim/base/error.hpp"
#include "tests/support/catch.hpp"

using sim::validate::coverage;
using sim::validate::Interval;
using sim::validate::interval_of;
using sim::validate::parse_residuals;
using sim::validate::ResidualRow;

namespace {

// `count` runs of each of `families` families, measured 1.00, 1.01, 1.02 ... times what was predicted.
std::vector<ResidualRow> runs(const std::string& generation, int families, int count) {
  std::vector<ResidualRow> rows;
  for (int family = 0; family < families; ++family) {
    for (int i = 0; i < count; ++i) {
      const double measured = 1 + 0.01 * i;
      rows.push_back({.id = generation + std::to_string(family) + "-" + std::to_string(i),
                      .chip = generation,
                      .generation = generation,
                      .family = generation + std::to_string(family),
                      .regime = "compute-bound",
                      .well_specified = true,
                      .measured_seconds = measured,
                      .physics_seconds = 1,
                      .fitted_seconds = 1,
                      .left_out_seconds = 1,
                      .generation_left_out_seconds = 0.5});
    }
  }
  return rows;
}

}  // namespace

TEST_CASE("an interval holds the middle of the chip's own measured runs") {
  // Ratios 1.00 to 1.40 in each of three families, worth 3 x 41^0.65 = 33.5 draws, so the tenth lies at the share
  // (0.1 x 34.5 - 0.5) / 33.5 = 0.088 of the weight: 10.8 of 123 equal values, the fourth of 41. The other end alike.
  const Interval interval = interval_of(runs("volta", 3, 41), "volta", "compute-bound");
  CHECK(interval.own_chip);
  CHECK(interval.runs == 123);
  CHECK_THAT(interval.p10, WithinAbs(1.03, 1e-9));
  CHECK_THAT(interval.p90, WithinAbs(1.37, 1e-9));
}

TEST_CASE("runs of another regime count when there are too few alike") {
  std::vector<ResidualRow> rows = runs("volta", 3, 11);
  CHECK(interval_of(rows, "volta", "memory-bound").runs == 33);
  CHECK(interval_of(rows, "volta", "memory-bound").own_chip);
}

TEST_CASE("a chip without runs, or with two families, gets the errors of generations that were left out") {
  std::vector<ResidualRow> rows = runs("volta", 3, 11);
  const Interval unseen = interval_of(rows, "hopper-h20", "compute-bound");
  CHECK_FALSE(unseen.own_chip);
  CHECK(unseen.p10 >= 2.0);  // measured / predicted of the left-out generations is 1.00 to 1.10 over 0.5
  const std::vector<ResidualRow> few = runs("ampere", 2, 30);
  rows.insert(rows.end(), few.begin(), few.end());
  CHECK_FALSE(interval_of(rows, "ampere", "compute-bound").own_chip);
}

TEST_CASE("rows that are not well specified say nothing about errors") {
  std::vector<ResidualRow> rows = runs("volta", 3, 11);
  std::vector<ResidualRow> vague = runs("volta", 3, 11);
  for (ResidualRow& row : vague) {
    row.well_specified = false;
    row.measured_seconds *= 3;
    rows.push_back(row);
  }
  CHECK(interval_of(rows, "volta", "compute-bound").p90 < 1.11);
}

TEST_CASE("coverage is the share inside the interval that the other families give") {
  // Four families of 1.00 to 1.19: three are worth 3 x 20^0.65 = 21 draws, and the share 0.081 of 60 values is the
  // second of 20. So the interval is 1.01 to 1.18, and 18 of 20 lie inside.
  CHECK_THAT(coverage(runs("volta", 4, 20)), WithinAbs(0.9, 1e-9));
}

TEST_CASE("a table of residuals reads as it was written, and its mistakes have places") {
  const std::vector<ResidualRow> rows = runs("volta", 2, 2);
  const std::string text = sim::validate::residuals_csv(rows);
  const std::vector<ResidualRow> read = parse_residuals(text, "residuals.csv");
  REQUIRE(read.size() == 4);
  CHECK(read[3].id == "volta1-1");
  CHECK(read[3].measured_seconds == 1.01);
  CHECK(read[3].well_specified);
  CHECK(sim::validate::residuals_csv(read) == text);
  std::string bad = text;
  bad.replace(bad.find(",1,1.01,"), 8, ",1,-1.0,");
  try {
    (void)parse_residuals(bad, "residuals.csv");
    FAIL("read a negative time");
  } catch (const sim::InputError& error) {
    CHECK(error.diagnostics().front().mark.line == 3);
  }
}
