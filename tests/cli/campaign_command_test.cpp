#include <algorithm>
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

TEST_CASE("explain lists every number with its kind, and all that the answer calls assumed") {
  const json explained = json::parse(output_of("\"$simulate\" explain scenarios/gpt4_h20.yaml --json"));
  std::vector<std::string> assumed;
  for (const json& constant : explained["constants"]) {
    CHECK(!constant["value"].get<std::string>().empty());
    if (constant["kind"] == "assumed")
      assumed.push_back(constant["owner"].get<std::string>() + " " + constant["key"].get<std::string>());
  }
  const json answer = json::parse(output_of("\"$simulate\" scenarios/gpt4_h20.yaml --json"));
  for (const json& name : answer["assumed"]) {
    CAPTURE(name);
    const bool is_constant = name != "experts equally loaded";
    CHECK((!is_constant || std::count(assumed.begin(), assumed.end(), name.get<std::string>()) == 1));
  }
  CHECK_THAT(output_of("\"$simulate\" explain scenarios/gpt4_h20.yaml"), ContainsSubstring("economics"));
}

TEST_CASE("the barrel's waterfall ends at the days that run prints") {
  const json barrel = json::parse(output_of("\"$simulate\" barrel scenarios/quickstart.yaml --json"));
  const json run = json::parse(output_of("\"$simulate\" scenarios/quickstart.yaml --json"))["run"];
  double days = 0, shares = 0;
  for (const json& fall : barrel["waterfall"]) days += fall["days"].get<double>();
  for (const json& stave : barrel["barrel"]) shares += stave["share"].get<double>();
  CHECK_THAT(days, WithinRel(run["days"]["p50"].get<double>(), 1e-9));
  CHECK_THAT(shares, WithinRel(1.0, 1e-9));
  CHECK_THAT(output_of("\"$simulate\" barrel scenarios/quickstart.yaml"), ContainsSubstring("shortest stave"));
}

TEST_CASE("run gives the elasticities and doubled gains that barrel gives; --no-gains leaves the gains out") {
  const std::string command = "\"$simulate\" scenarios/gpt3_175b_a100.yaml --json --set uncertainty.samples=1";
  const json run = json::parse(output_of(command));
  const json barrel = json::parse(output_of("\"$simulate\" barrel scenarios/gpt3_175b_a100.yaml --json"));
  std::size_t gains = 0;
  for (const json& stave : barrel["barrel"]) {
    for (const json& same : run["barrel"]) {
      if (same["stave"] != stave["stave"] || stave["share"] < 0.01) continue;
      ++gains;
      CHECK(same["elasticity"] == stave["elasticity"]);
      CHECK(same["gain_if_doubled"] == stave["gain_if_doubled"]);
      CHECK(same["gain_without"] == stave["gain_without"]);
    }
  }
  CHECK(gains >= 5);
  const json quick = json::parse(output_of(command + " --no-gains"));
  CHECK(quick["barrel"][0]["gain_if_doubled"].is_null());
  CHECK(quick["barrel"][0]["elasticity"] == run["barrel"][0]["elasticity"]);
}
