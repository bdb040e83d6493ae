#include "tests/cli/json_answer.hpp"

using Catch::Matchers::ContainsSubstring;
using nlohmann::json;
using sim::test::answer_of;
using sim::test::Shell;
using sim::test::shell;

namespace {

const std::string kQuick = "scenarios/quickstart.yaml --set fleet.0.count=8 ";

}  // namespace

TEST_CASE("plan finds a strategy at least as fast as the scenario's own, and `parallel: auto` runs it") {
  const json own = answer_of("\"$simulate\" " + kQuick + "--json --no-gains");
  const json plan = answer_of("\"$simulate\" plan " + kQuick + "--fix schedule,overlap --json");
  REQUIRE_FALSE(plan["best"].empty());
  CHECK(plan["best"][0]["iteration_seconds"] <= own["iteration"]["seconds"]);
  CHECK(plan["best"][0]["lower_bound_seconds"] <= plan["best"][0]["iteration_seconds"]);
  CHECK(plan["simulated"].get<int>() > 0);
  const json found = answer_of("\"$simulate\" " + kQuick + "--set 'parallel={auto: true, tp: 2}' --json --no-gains");
  CHECK(found["strategy"]["tp"] == 2);
  const json again =
      answer_of("\"$simulate\" run " + kQuick +
                "--set 'parallel={auto: true, tp: 2}' --print-config | \"$simulate\" - --json --no-gains");
  CHECK(again["iteration"]["seconds"] == found["iteration"]["seconds"]);
}

TEST_CASE("a search without an answer says so, and an unknown axis names those there are") {
  const Shell none = shell("\"$simulate\" " + kQuick + "--set parallel=auto --set model=gpt3-175b");
  CHECK(none.code == 3);
  CHECK_THAT(none.err, ContainsSubstring("no strategy of the searched space is possible"));
  const Shell axis = shell("\"$simulate\" plan " + kQuick + "--fix tpp");
  CHECK(axis.code == 2);
  CHECK_THAT(axis.err, ContainsSubstring("the axes are tp, cp, ep"));
  const Shell word = shell("\"$simulate\" " + kQuick + "--set parallel=automatic");
  CHECK(word.code == 2);
  const Shell mixed = shell("\"$simulate\" plan scenarios/gpt4_h800_h20.yaml");
  CHECK(mixed.code == 2);
  CHECK_THAT(mixed.err, ContainsSubstring("one entry"));
}

TEST_CASE("match prints the chips, their range, and what equals one rate each") {
  const std::string fixed = " --fix cp,vpp,micro_batch,recompute,schedule,overlap --simulations 4";
  const json match = answer_of("\"$simulate\" match " + kQuick + "--like scenarios/quickstart.yaml --json" + fixed);
  CHECK(match["chips"] == 8);
  CHECK(match["chips_p10"] < 8);
  CHECK(match["chips_p90"] > 8);
  CHECK(match["equal_rates_chips"]["peak_flops"] == 8);
}
