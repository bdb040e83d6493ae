#include <cmath>

#include "tests/cli/json_answer.hpp"

using nlohmann::json;
using sim::test::answer_of;
using sim::test::shell;

namespace {

// Ten reports of 26 s for the quickstart scenario.
const std::string kLog =
    "folder=$(mktemp -d); trap 'rm -rf \"$folder\"' EXIT; for i in 1 2 3 4 5 6 7 8 9 10; do echo \" iteration ${i}0/ "
    "100 "
    "| elapsed time per iteration (ms): 26000.0 | global batch size: 512 |\"; done >\"$folder/train.log\"; ";
const std::string kCalibrate = "\"$simulate\" calibrate scenarios/quickstart.yaml --log \"$folder/train.log\"";

}  // namespace

TEST_CASE("calibrate writes a file with which the scenario meets its log") {
  const json before = answer_of("\"$simulate\" scenarios/quickstart.yaml --json");
  const json after = answer_of(kLog + kCalibrate +
                               " -o \"$folder/out.yaml\" >/dev/null && \"$simulate\" scenarios/quickstart.yaml --json "
                               "--set calibration=\"$folder/out.yaml\"");
  const double missed = std::abs(before["iteration"]["seconds"].get<double>() - 26);
  CHECK(missed > 1);
  CHECK(std::abs(after["iteration"]["seconds"].get<double>() - 26) < 0.1 * missed);
}

TEST_CASE("calibrate --json says what was read, and null for the hold-out of a single run") {
  const json answer = answer_of(kLog + kCalibrate + " --json");
  const json& run = answer.at("runs").at(0);
  CHECK(run.at("reports") == 10);
  CHECK(run.at("used") == 9);
  CHECK(run.at("measured_s") == 26);
  CHECK(run.at("held_out_s").is_null());
  CHECK_THAT(run.at("error_after").get<double>(), WithinAbs(run.at("after_s").get<double>() / 26 - 1, 1e-12));
  CHECK_THAT(shell(kLog + kCalibrate).out, ContainsSubstring("One run has no hold-out error"));
}

TEST_CASE("calibrate needs measurements, one log for each scenario") {
  CHECK(shell("\"$simulate\" calibrate scenarios/quickstart.yaml").code == 2);
  CHECK(shell(kLog + kCalibrate + " --log nowhere.log").code == 2);
  CHECK(shell(kLog + kCalibrate + " --collective all_gather").code == 2);
  CHECK_THAT(shell("\"$simulate\" calibrate scenarios/quickstart.yaml --log nowhere.log").err,
             ContainsSubstring("nowhere.log: error: cannot be read"));
  CHECK_THAT(shell("\"$simulate\" calibrate scenarios/quickstart.yaml --log README.md").err,
             ContainsSubstring("README.md: error: has no line such as"));
}
