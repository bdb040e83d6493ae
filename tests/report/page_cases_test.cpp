#include "sim/report/page_cases.hpp"

#include <nlohmann/json.hpp>

#include "sim/config/catalog.hpp"
#include "tests/support/catch.hpp"

using nlohmann::json;
using namespace sim;

namespace {

json told(const std::string& chip) {
  const std::vector<hardware::Chip> chips{config::load_chip(chip)};
  const report::ChipVerdicts verdicts = report::judge_chips(
      chips, {config::load_rule("bis-2022"), config::load_rule("bis-2023")}, config::kUsualDestination);
  const json list = json::parse(report::cases_json(verdicts));
  REQUIRE(list.size() == 1);
  return list[0];
}

}  // namespace

TEST_CASE("a case knows what was counted and which line decided") {
  const json chip = told("A800-SXM4-80GB");
  CHECK(chip["tpp"] == 4992);
  CHECK(chip["io_bandwidth"] == 464e9);
  const json& verdict = chip["verdicts"]["bis-2022"];
  CHECK(verdict["status"] == "not_controlled");
  CHECK(verdict["margin_of"]["quantity"] == "io_bandwidth");
  CHECK(verdict["margin_of"]["line"] == 600e9);
  CHECK(verdict["decides"].is_null());
}

TEST_CASE("a case of a part whose die is only bounded says which areas would decide") {
  const json chip = told("TPUv3");
  CHECK(chip["die_area"].is_null());
  CHECK(chip["die_area_at_most"] == 648);
  const json& decides = chip["verdicts"]["bis-2023"]["decides"];
  CHECK(decides["quantity"] == "die_area");
  // TPP 1968: density 5.92 at 332.43 mm2, 3.2 at 615 mm2.
  const json& stretches = decides["stretches"];
  REQUIRE(stretches.size() == 3);
  CHECK(stretches[0]["from"].is_null());
  CHECK(stretches[0]["status"] == "controlled");
  CHECK_THAT(stretches[0]["to"].get<double>(), WithinAbs(1968 / 5.92, 0.01));
  CHECK(stretches[1]["status"] == "licence_exception");
  CHECK_THAT(stretches[2]["from"].get<double>(), WithinAbs(1968 / 3.2, 0.01));
  CHECK(stretches[2]["status"] == "not_controlled");
  CHECK(stretches[2]["to"].is_null());
}

TEST_CASE("a case counts the dies of a package") {
  const json two = told("BR100"), one = told("BR104");
  CHECK(two["dies"] == 2);
  CHECK(one["dies"] == 1);
  // Half the performance on half the area.
  CHECK_THAT(two["performance_density"].get<double>(), WithinRel(one["performance_density"].get<double>(), 1e-9));
  CHECK(one["verdicts"]["bis-2022"]["status"] == "not_controlled");
}
