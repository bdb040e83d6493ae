#include "sim/validate/scorecard.hpp"

#include "sim/validate/grid_slopes.hpp"
#include "tests/support/catch.hpp"

using sim::validate::fit_scores;
using sim::validate::grid_slopes;
using sim::validate::GridCell;
using sim::validate::RecordResult;
using sim::validate::ResidualRow;
using sim::validate::Score;
using sim::validate::Validation;

namespace {

double value_of(const std::vector<Score>& scores, const std::string& what) {
  for (const Score& score : scores) {
    if (score.what == what) return score.value;
  }
  FAIL("no score " << what);
  return 0;
}

// One run of the one-node grid with m micro-batches and `layers` layers, cut into two stages.
RecordResult grid_run(int micro_batches, int layers, double layer, double predicted_layer) {
  RecordResult row;
  row.id = std::to_string(micro_batches) + "x" + std::to_string(layers);
  row.family = sim::validate::kOneNodeGrid;
  row.layers = layers;
  row.hidden = 1024;
  row.run.pp = 2;
  row.run.global_batch = micro_batches;
  const auto seconds = [&](double slope) {
    return (micro_batches + 1) / 2.0 * layers * slope + 0.002 * micro_batches + 0.01;
  };
  row.measured_seconds = seconds(layer);
  row.predicted_seconds = seconds(predicted_layer);
  row.error = row.predicted_seconds / row.measured_seconds - 1;
  return row;
}

std::vector<RecordResult> grid(double layer, double predicted_layer) {
  std::vector<RecordResult> rows;
  for (const int micro_batches : {2, 4, 8}) {
    for (const int layers : {8, 16}) rows.push_back(grid_run(micro_batches, layers, layer, predicted_layer));
  }
  return rows;
}

}  // namespace

TEST_CASE("slopes of a grid come back from runs that follow the law of its bubble") {
  const std::vector<GridCell> cells = grid_slopes(grid(0.004, 0.0044), sim::validate::kOneNodeGrid);
  REQUIRE(cells.size() == 1);
  CHECK(cells[0].name == "hidden 1024, tp 1, pp 2, micro-batch 1");
  CHECK(cells[0].runs == 6);
  CHECK_THAT(cells[0].measured.layer, WithinRel(0.004, 1e-9));
  CHECK_THAT(cells[0].measured.micro_batch, WithinRel(0.002, 1e-9));
  CHECK_THAT(cells[0].measured.fixed, WithinRel(0.01, 1e-9));
  CHECK_THAT(cells[0].predicted.layer, WithinRel(0.0044, 1e-9));
  CHECK_THAT(sim::validate::median_layer_slope_error(cells), WithinRel(0.1, 1e-9));
}

TEST_CASE("a cell with one depth or too few runs has no slopes") {
  std::vector<RecordResult> rows = grid(0.004, 0.004);
  rows.pop_back();
  CHECK(grid_slopes(rows, sim::validate::kOneNodeGrid).empty());
  for (RecordResult& row : rows) row.layers = 8;
  rows.push_back(rows.front());
  CHECK(grid_slopes(rows, sim::validate::kOneNodeGrid).empty());
  CHECK(grid_slopes(grid(0.004, 0.004), "another family").empty());
}

TEST_CASE("scores of the fits take each set of predictions for itself, and leave out vague records") {
  std::vector<ResidualRow> rows;
  for (const char* const family : {"a", "b", "c", "d"}) {
    for (int i = 0; i < 5; ++i)
      rows.push_back({"r", "A100", "ampere", family, "compute-bound", true, 1, 0.8, 1.1, 1.2, 1.5});
  }
  rows.push_back({"vague", "A100", "ampere", "e", "compute-bound", false, 1, 9, 9, 9, 9});
  const std::vector<Score> scores = fit_scores(rows);
  CHECK_THAT(value_of(scores, "all fitted: mean absolute error"), WithinRel(0.1, 1e-9));
  CHECK_THAT(value_of(scores, "each family left out: median"), WithinRel(0.2, 1e-9));
  CHECK_THAT(value_of(scores, "each family left out: mean of families"), WithinRel(0.2, 1e-9));
  CHECK_THAT(value_of(scores, "nothing fitted but the host time: 90th percentile"), WithinRel(0.2, 1e-9));
  CHECK(fit_scores({rows.back()}).empty());
}

TEST_CASE("an aim is met from its side") {
  CHECK(Score{"errors", 0.05, 0.06}.met());
  CHECK_FALSE(Score{"errors", 0.07, 0.06}.met());
  CHECK(Score{"order", 0.95, 0.9, true}.met());
  CHECK_FALSE(Score{"order", 0.85, 0.9, true}.met());
}

TEST_CASE("a validation is scored by chip and by the kind of record, where it has them") {
  Validation validation;
  RecordResult good = grid_run(2, 8, 0.004, 0.004);
  good.chip = "V100-SXM2-16GB";
  good.well_specified = true;
  good.error = -0.2;
  RecordResult vague = good;
  vague.well_specified = false;
  vague.has_experts = true;
  vague.error = 0.3;
  validation.records = {good, vague};
  const std::vector<Score> scores = run_scores(validation);
  CHECK_THAT(value_of(scores, "V100: mean absolute error"), WithinRel(0.2, 1e-9));
  CHECK_THAT(value_of(scores, "not well specified, experts"), WithinRel(0.3, 1e-9));
  for (const Score& score : scores) CHECK(score.what.find("H100") == std::string::npos);
}

TEST_CASE("tables of kernels and collectives are scored by format, and by age from 1 MiB on") {
  using sim::validate::TimedRow;
  TimedRow product, small, large;
  product.kind = "bf16";
  product.error = 0.04;
  small.software = large.software = "nccl-2.20+";
  small.size = "below 1 MiB";
  small.error = 0.5;
  large.size = "1 MiB and more";
  large.error = -0.07;
  const std::vector<Score> scores =
      table_scores(sim::validate::tabulate_timings({product}), sim::validate::tabulate_timings({small, large}));
  REQUIRE(scores.size() == 2);
  CHECK_THAT(value_of(scores, "products in bf16: median"), WithinRel(0.04, 1e-9));
  CHECK(scores[0].met());
  CHECK_THAT(value_of(scores, "collectives, nccl-2.20+, 1 MiB and more: median"), WithinRel(0.07, 1e-9));
  CHECK_FALSE(scores[1].met());
}

TEST_CASE("records that could not be simulated count against the aim") {
  Validation validation;
  RecordResult good = grid_run(2, 8, 0.004, 0.004);
  good.well_specified = true;
  RecordResult refused = good;
  refused.status = sim::validate::Status::unsupported;
  validation.records = {good, good, good, refused};
  CHECK_THAT(value_of(run_scores(validation), "well-specified records not simulated"), WithinRel(0.25, 1e-9));
}
