#include "sim/base/error.hpp"
#include "sim/validate/validate.hpp"
#include "tests/support/catch.hpp"

using sim::validate::ErrorSummary;
using sim::validate::quantile;
using sim::validate::RecordResult;
using sim::validate::Status;
using sim::validate::summarise;
using sim::validate::SummaryTable;
using sim::validate::tabulate;

TEST_CASE("errors are summarised by mean and quantiles of their size and by their signed mean") {
  // Sizes 0.1 0.2 0.3 0.4 1.0: mean 2.0 / 5, middle 0.3; 90th percentile at rank 0.9 x 4 = 3.6: 0.4 + 0.6 x 0.6.
  // Signed: (0.1 - 0.2 + 0.3 - 0.4 + 1.0) / 5.
  const ErrorSummary summary = summarise({1.0, -0.2, 0.3, -0.4, 0.1});
  CHECK(summary.n == 5);
  CHECK_THAT(summary.mape, WithinRel(0.4, 1e-12));
  CHECK_THAT(summary.median_ape, WithinRel(0.3, 1e-12));
  CHECK_THAT(summary.p90_ape, WithinRel(0.76, 1e-12));
  CHECK_THAT(summary.bias, WithinRel(0.16, 1e-12));
}

TEST_CASE("the median of an even number of errors is the mean of the middle two") {
  CHECK_THAT(quantile({4, 1, 3, 2}, 0.5), WithinRel(2.5, 1e-12));
}

TEST_CASE("quantiles end at the smallest and the largest value") {
  CHECK(quantile({3, 1, 2}, 0) == 1);
  CHECK(quantile({3, 1, 2}, 1) == 3);
  CHECK_THROWS_AS(quantile({}, 0.5), sim::InternalError);
}

TEST_CASE("no errors make an empty summary") {
  CHECK(summarise({}).n == 0);
}

TEST_CASE("tables count simulated records only, and by default only well-specified ones") {
  const std::vector<RecordResult> results = {
      {"a", "A100", "x", true, Status::ok, "", 1, 1.1, 0.1},
      {"b", "A100", "y", true, Status::ok, "", 1, 0.7, -0.3},
      {"c", "H100", "y", false, Status::ok, "", 1, 1.5, 0.5},
      {"d", "H100", "y", true, Status::unsupported, "why", 1, 0, 0},
  };
  const SummaryTable specified = tabulate(results, true), all = tabulate(results, false);
  CHECK(specified.total.n == 2);
  CHECK_THAT(specified.total.mape, WithinRel(0.2, 1e-12));
  CHECK(specified.by_chip.count("H100") == 0);
  CHECK(specified.by_family.at("y").n == 1);
  CHECK(all.total.n == 3);
  CHECK(all.by_chip.at("H100").n == 1);
  CHECK_THAT(all.by_family.at("y").bias, WithinRel(0.1, 1e-12));
}

TEST_CASE("tables are made by regime, and compare the order of runs of one model, chip and number of chips") {
  using sim::validate::Regime;
  const auto run = [](const char* chip, int gpus, std::int64_t batch, double measured, double predicted) {
    return RecordResult{"",
                        chip,
                        "",
                        true,
                        Status::ok,
                        "",
                        measured,
                        predicted,
                        predicted / measured - 1,
                        gpus == 8 ? Regime::memory : Regime::launch,
                        "GPT",
                        gpus,
                        1024,
                        batch};
  };
  // 8 chips: batch 1 in the wrong order (1, 2, 3 against 3, 2, 1), batch 2 in the right one, twice as long.
  const SummaryTable table =
      tabulate({run("A", 8, 1, 1, 3), run("A", 8, 1, 2, 2), run("A", 8, 1, 3, 1), run("A", 8, 2, 4, 4),
                run("A", 8, 2, 5, 5), run("A", 8, 2, 6, 6), run("A", 16, 1, 1, 2), run("B", 8, 1, 1, 2)},
               true);
  CHECK(table.by_regime.size() == 2);
  CHECK(table.by_regime.at("memory-bound").n == 7);
  CHECK(table.by_regime.at("launch-bound").n == 1);
  CHECK_THAT(table.by_regime.at("launch-bound").bias, WithinRel(1.0, 1e-12));
  // Ranks 3 2 1 4 5 6 against 1 .. 6: 1 - 6 (4 + 0 + 4) / (6 x 35).
  CHECK(table.rank_correlation.groups == 1);
  CHECK_THAT(table.rank_correlation.mean, WithinRel(1 - 48.0 / 210, 1e-12));
  CHECK(table.rank_correlation.by_group.at("GPT, 8 x A").n == 6);
  // Of equal work: -1 and 1, three rows each.
  CHECK(table.same_work_correlation.groups == 2);
  CHECK_THAT(table.same_work_correlation.mean, WithinAbs(0, 1e-12));
  CHECK_THAT(table.same_work_correlation.by_group.at("GPT, 8 x A, 2 x 1024").correlation.value(), WithinRel(1, 1e-12));
}
