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
