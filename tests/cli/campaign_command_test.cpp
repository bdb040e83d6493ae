#include <nlohmann/json.hpp>

#include "tests/cli/shell.hpp"
#include "tests/support/catch.hpp"

using nlohmann::json;
using namespace sim::test;

TEST_CASE("campaign explains the days that run gives") {
  const json run = json::parse(output_of("\"$simulate\" scenarios/quickstart.yaml --json"))["run"];
  const json campaign = json::parse(output_of("\"$simulate\" campaign scenarios/quickstart.yaml --json"));
  CHECK(campaign["days"] == run["days"]);
  CHECK(campaign["tornado"][0]["input"] == "step time");
  CHECK(campaign["checkpoint_interval"]["days_with_simulated"].get<double>() <=
        1.01 * campaign["checkpoint_interval"]["days_now"].get<double>());
  CHECK_THAT(output_of("\"$simulate\" campaign scenarios/quickstart.yaml"),
             ContainsSubstring("what moves the days most"));
}

TEST_CASE("without failures and ranges the days are the steps and their checkpoints") {
  const json answer = json::parse(
      output_of("\"$simulate\" scenarios/quickstart.yaml --json --set reliability=none --set uncertainty.samples=1 "
                "--set storage.checkpoint_every='100 days'"));
  const json& run = answer["run"];
  const double seconds = run["steps"].get<double>() * answer["iteration"]["seconds"].get<double>();
  CHECK_THAT(run["days"]["p50"].get<double>() * 86400, WithinAbs(seconds, 1e-6));
  CHECK(run["failures"]["in_run"] == 0);
}

TEST_CASE("the same seed gives the same bytes, another one others") {
  const std::string command = "\"$simulate\" campaign scenarios/quickstart.yaml --json --set uncertainty.samples=20";
  CHECK(output_of(command) == output_of("taskset -c 0 " + command));
  CHECK(output_of(command) != output_of(command + " --set uncertainty.seed=2"));
}

TEST_CASE("compare puts scenarios side by side with what others say of them") {
  const std::string command = "\"$simulate\" compare scenarios/gpt3_175b_a100.yaml scenarios/quickstart.yaml";
  const std::string text = output_of(command);
  CHECK_THAT(text, ContainsSubstring("over the first"));
  CHECK_THAT(text, ContainsSubstring("34 days published (Narayanan et al. 2021"));
  const json list = json::parse(output_of(command + " --json"))["scenarios"];
  REQUIRE(list.size() == 2);
  CHECK(list[0]["ratio_to_first"] == 1);
  CHECK(list[1]["published"].is_null());
  double staves = 0;
  for (const auto& [stave, days] : list[0]["stave_days"].items()) staves += days.get<double>();
  CHECK_THAT(staves, WithinRel(list[0]["ideal_days"].get<double>(), 1e-9));
}

TEST_CASE("compare wants two scenarios, and names the file that is wrong") {
  CHECK(shell("\"$simulate\" compare scenarios/quickstart.yaml").code == 2);
  const auto missing = shell("\"$simulate\" compare scenarios/quickstart.yaml nowhere.yaml");
  CHECK(missing.code == 2);
  CHECK_THAT(missing.err, ContainsSubstring("nowhere.yaml"));
}
