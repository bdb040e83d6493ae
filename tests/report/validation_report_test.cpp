#include "sim/report/validation_report.hpp"

#include "tests/support/catch.hpp"

using sim::report::validation_json;
using sim::report::validation_text;
using sim::validate::Status;
using sim::validate::tabulate;
using sim::validate::Validation;

namespace {

Validation three_records() {
  Validation validation;
  validation.records = {
      {"small-miss", "A100", "x", true, Status::ok, "", 2.0, 2.5, 0.25},
      {"large-miss", "H100", "y", true, Status::ok, "", 4.0, 2.0, -0.5},
      {"refused", "H100", "y", true, Status::unsupported, "schedule zb1p is not simulated yet", 1.0, 0, 0},
  };
  validation.well_specified = tabulate(validation.records, true);
  validation.all = tabulate(validation.records, false);
  return validation;
}

}  // namespace

TEST_CASE("the text begins with the mean error and lists the worst record first") {
  // Sizes 0.25 and 0.5: mean 37.5 %; signed mean -12.5 %.
  const std::string text = validation_text(three_records());
  CHECK_THAT(text.substr(0, text.find('\n')), ContainsSubstring("37.5 %  mean absolute error over 2 well-specified"));
  CHECK_THAT(text.substr(0, text.find('\n')), ContainsSubstring("bias -12.5 %"));
  CHECK(text.find("large-miss") < text.find("small-miss"));
}

TEST_CASE("records that were not simulated are counted by reason") {
  CHECK_THAT(validation_text(three_records()), ContainsSubstring("1 of 3 records were not simulated"));
  CHECK_THAT(validation_text(three_records()), ContainsSubstring("1  unsupported: schedule zb1p is not simulated yet"));
}

TEST_CASE("JSON gives fractions, and null where there is no figure") {
  const std::string json = validation_json(three_records());
  CHECK_THAT(json, ContainsSubstring("\"error\": -0.5"));
  CHECK_THAT(json, ContainsSubstring("\"predicted_s\": null"));
  CHECK_THAT(json, ContainsSubstring("\"status\": \"unsupported\""));
  CHECK_THAT(json, ContainsSubstring("\"mape\": 0.375"));
  CHECK(json.find("\"summary\"") < json.find("\"all\""));
  CHECK_THAT(validation_json({}), ContainsSubstring("\"mape\": null"));
}

TEST_CASE("both reports tell the error of each regime and how well runs of one size are ordered") {
  using sim::validate::Regime;
  Validation validation;
  // Predictions 1, 3, 2 of 1, 2, 3 s: 1 - 6 x 2 / 24 = 0.5; errors 0, 0.5 and -1/3.
  const double predicted[] = {1, 3, 2};
  for (int i = 0; i < 3; ++i) {
    const double measured = i + 1;
    validation.records.push_back({"run", "A100", "x", true, Status::ok, "", measured, predicted[i],
                                  predicted[i] / measured - 1, Regime::bubble, "GPT", 8, 1024, 16});
  }
  validation.well_specified = tabulate(validation.records, true);
  validation.all = validation.well_specified;
  const std::string text = validation_text(validation), json = validation_json(validation);
  CHECK_THAT(text, ContainsSubstring("bubble-bound"));
  CHECK_THAT(text, ContainsSubstring("0.50  of 3 rows in 1 groups of one model, chip and number of chips"));
  CHECK_THAT(text, ContainsSubstring("GPT, 8 x A100, 16 x 1024 (3 rows)"));
  CHECK_THAT(json, ContainsSubstring("\"regime\": \"bubble-bound\""));
  CHECK_THAT(json, ContainsSubstring("\"by_regime\": {\n      \"bubble-bound\": {\n        \"n\": 3"));
  CHECK_THAT(json, ContainsSubstring("\"GPT, 8 x A100\": {\n          \"n\": 3,\n          \"correlation\": 0.5"));
  CHECK_THAT(validation_json({}), ContainsSubstring("\"mean\": null"));
}

TEST_CASE("timings are told by chip and kind, the worst first, and what was not priced with its reason") {
  using sim::validate::TimedRow;
  const sim::validate::TimingTable table = sim::validate::tabulate_timings({
      {"good row", "A100", "nvlink3", "all_reduce", "nccl", 2e-6, Status::ok, "", 2.5e-6, 0.25},
      {"bad row", "A100", "nvlink3", "all_gather", "nccl", 4e-6, Status::ok, "", 2e-6, -0.5},
      {"odd row", "A101", "", "all_reduce", "nccl", 1e-6, Status::unsupported, "unknown chip A101", 0, 0},
  });
  const std::string text = sim::report::timings_text(table, "collectives");
  CHECK_THAT(text, ContainsSubstring("37.5 %  mean absolute error over 2 collectives"));
  CHECK_THAT(text, ContainsSubstring("A100 all_gather"));
  CHECK_THAT(text, ContainsSubstring("nvlink3 all_reduce"));
  CHECK(text.find("bad row") < text.find("good row"));
  CHECK_THAT(text, ContainsSubstring("unsupported: unknown chip A101"));
  const std::string json = sim::report::timings_json(table);
  CHECK_THAT(json, ContainsSubstring("\"id\": \"odd row\",\n      \"status\": \"unsupported\",\n"
                                     "      \"reason\": \"unknown chip A101\",\n      \"measured_s\": 1e-06,\n"
                                     "      \"predicted_s\": null,\n      \"error\": null"));
  CHECK_THAT(json, ContainsSubstring("\"worst\": [\n      \"bad row\",\n      \"good row\"\n    ]"));
  CHECK_THAT(sim::report::timings_json({}), ContainsSubstring("\"median_ape\": null"));
}
