#include "sim/report/validation_report.hpp"
#include "tests/support/catch.hpp"

using sim::report::validation_html;
using sim::report::validation_markdown;
using sim::report::validation_svg;
using sim::report::ValidationPage;
using sim::validate::RecordResult;
using sim::validate::Validation;

namespace {

RecordResult run(const std::string& id, const std::string& chip, double measured, double predicted) {
  RecordResult row;
  row.id = id;
  row.chip = chip;
  row.family = "lab";
  row.gpus = 16;
  row.run.tp = 2;
  row.well_specified = true;
  row.measured_seconds = measured;
  row.predicted_seconds = predicted;
  row.error = predicted / measured - 1;
  return row;
}

Validation two_runs() {
  Validation validation;
  validation.records = {run("near", "A100", 1, 1.05), run("far <off>", "V100", 100, 50)};
  validation.well_specified = tabulate(validation.records, true);
  validation.all = tabulate(validation.records, false);
  return validation;
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

}  // namespace

TEST_CASE("the picture has a point for every run, on the diagonal where the prediction is right") {
  Validation validation = two_runs();
  validation.records[1] = run("right", "V100", 100, 100);
  const std::string svg = validation_svg(validation);
  CHECK(count(svg, "<title>near: measured 1 s, predicted 1.05 s (+5.0 %)</title>") == 1);
  // 640 px wide: x + y = 640 on the diagonal. Axis from 0.8 to 125 s: 100 s stand at 56 + 528 ln(125) / ln(156.25).
  CHECK_THAT(svg, ContainsSubstring("cx=\"560.7\" cy=\"79.3\""));
  CHECK(count(svg, "<g class=\"chip\"") == 2);
}

TEST_CASE("without a simulated run the picture says so") {
  CHECK_THAT(validation_svg({}), ContainsSubstring("no record was simulated"));
}

TEST_CASE("the page names the worst runs with what is known of them, the aims and the peers") {
  const Validation validation = two_runs();
  const ValidationPage page{&validation,
                            {{"all fitted: mean absolute error", 0.05, 0.06}, {"rank correlation", 0.8, 0.9, true}},
                            {{"a peer", 0.38, "these records", "measured", "remark"}},
                            {{"far", "a known reason"}, {"fa", "a shorter match"}}};
  const std::string text = validation_markdown(page, "picture.svg");
  CHECK_THAT(text, ContainsSubstring("![Predicted against measured step times](picture.svg)"));
  CHECK_THAT(text, ContainsSubstring("| all fitted: mean absolute error | 5.0 % | 6.0 % | met |"));
  CHECK_THAT(text, ContainsSubstring("| rank correlation | 0.80 | 0.90 | missed |"));
  CHECK_THAT(text, ContainsSubstring("| a peer | 38.0 % |"));
  CHECK_THAT(text, ContainsSubstring("-50.0 % | compute-bound | a known reason |"));
  CHECK_THAT(text, ContainsSubstring("+5.0 % | compute-bound | not known |"));
  CHECK_THAT(text, ContainsSubstring("| 9 to 64 chips | 2 |"));
  CHECK(text.find("far <off>") < text.find("| near |"));
}

TEST_CASE("the HTML page is whole, escapes names and asks nobody for anything") {
  const Validation validation = two_runs();
  const std::string html = validation_html({&validation, {}, {}, {}});
  CHECK_THAT(html, ContainsSubstring("far &lt;off&gt;"));
  CHECK(html.find("far <off>") == std::string::npos);
  CHECK(count(html, "<table>") == count(html, "</table>"));
  CHECK(count(html, "<svg") == 1);
  // The name of the SVG namespace is no request.
  CHECK(count(html, "http") == count(html, "xmlns=\"http"));
  CHECK(html.find("src=") == std::string::npos);
}
