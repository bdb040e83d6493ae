#include <nlohmann/json.hpp>

#include "tests/cli/shell.hpp"
#include "tests/support/catch.hpp"

using Catch::Matchers::ContainsSubstring;
using nlohmann::json;
using sim::test::Shell;
using sim::test::shell;

namespace {

const std::string kQuick =
    "\"$simulate\" design scenarios/quickstart.yaml --set fleet.0.count=8 --fix schedule,overlap,cp,ep,etp,zero,vpp "
    "--simulations 4 --most-dies 2 ";

}  // namespace

TEST_CASE("design finds a legal chip at least as good as the H20, and names the stave and the line that hold it") {
  const Shell result = shell(kQuick + "--set fleet.0.chip=H20-SXM-96GB --rule bis-2023 --json");
  CAPTURE(result.err);
  REQUIRE(result.code == 0);
  const json made = json::parse(result.out);
  CHECK(made["own"]["base"] == "H20-SXM-96GB");
  CHECK(made["own"]["status"] == "not_controlled");
  REQUIRE(made["rows"].size() == 2);
  for (const json& row : made["rows"]) {
    CHECK(row["status"] == "not_controlled");
    CHECK(row["ideal_days"] <= made["own"]["ideal_days"]);
  }
  const json& best = made["rows"][made["best"].get<std::size_t>()];
  CHECK_THAT(best["margin"].get<std::string>(), ContainsSubstring("performance_density"));
  CHECK(made["staves"][0]["stave"] == "tensor_compute");
  const Shell text = shell(kQuick + "--set fleet.0.chip=H20-SXM-96GB --rule bis-2023 --count 8 --model llama2-7b");
  REQUIRE(text.code == 0);
  CHECK_THAT(text.out, ContainsSubstring("shortest stave: tensor_compute"));
  CHECK_THAT(text.out, ContainsSubstring("<- the fastest"));
}

TEST_CASE("the chip that design prints runs as it says") {
  const Shell result = shell(kQuick + "--rule bis-2023");
  REQUIRE(result.code == 0);
  const std::size_t begin = result.out.find("{like:");
  REQUIRE(begin != std::string::npos);
  const std::string chip = result.out.substr(begin, result.out.find('\n', begin) - begin);
  const Shell run = shell(
      "\"$simulate\" scenarios/quickstart.yaml --set fleet.0.count=8 --json --no-gains "
      "--set 'constraint={rule: bis-2023}' --set 'fleet.0.chip=" +
      chip + "'");
  CAPTURE(chip, run.err);
  CHECK(run.code == 0);
  const Shell forbidden = shell(
      "\"$simulate\" scenarios/quickstart.yaml --set fleet.0.count=8 "
      "--set 'constraint={rule: bis-2023}'");
  CHECK(forbidden.code == 3);
}

TEST_CASE("the frontier of lines: a tighter one is never faster") {
  const Shell result = shell(kQuick + "--rule bis-2023 --frontier --json");
  REQUIRE(result.code == 0);
  const json frontier = json::parse(result.out)["frontier"];
  REQUIRE(frontier.size() == 11);
  for (std::size_t i = 1; i < frontier.size(); ++i) {
    if (frontier[i]["quantity"] != frontier[i - 1]["quantity"]) continue;
    CAPTURE(frontier[i].dump());
    REQUIRE(frontier[i]["chip"].is_object());
    if (frontier[i - 1]["chip"].is_null()) continue;
    // Of each chip only a few strategies are simulated.
    CHECK(frontier[i]["chip"]["ideal_days"].get<double>() <=
          1.02 * frontier[i - 1]["chip"]["ideal_days"].get<double>());
  }
}

TEST_CASE("design asks for a rule, a chip that can be taken apart, and one entry") {
  CHECK(shell(kQuick).code == 2);
  const Shell base = shell(kQuick + "--rule bis-2023 --base MI300X");
  CHECK(base.code == 2);
  CHECK_THAT(base.err, ContainsSubstring("cannot be taken apart"));
  CHECK(shell("\"$simulate\" design scenarios/gpt4_h800_h20.yaml --rule bis-2023").code == 2);
}

TEST_CASE("design takes a model alone, with the scenario that ships for it, and says what it assumed") {
  const std::string quick =
      "\"$simulate\" design --rule bis-2023 --most-dies 1 --simulations 2 --fix schedule,overlap,cp,ep,etp ";
  const Shell own = shell(quick + "--model llama2-7b --count 8 --json");
  CAPTURE(own.err);
  REQUIRE(own.code == 0);
  const json made = json::parse(own.out);
  CHECK(made["assumed_scenario"] == "scenarios/quickstart.yaml");
  CHECK(made["bases"] == json{"H20-SXM-96GB", "H100-SXM5-80GB"});
  const Shell other = shell(quick + "--model mistral-7b --count 8");
  CAPTURE(other.err);
  REQUIRE(other.code == 0);
  // Mistral 7B: 20 tokens for each of 7.0e9 parameters that a token uses; 512 sequences, the least batch.
  CHECK_THAT(other.out, ContainsSubstring("no scenario of this model ships"));
  CHECK_THAT(other.out, ContainsSubstring("140B tokens"));
  CHECK_THAT(other.out, ContainsSubstring("as it is"));
}

TEST_CASE("the frontier is also a picture, and only where it is asked for") {
  CHECK(shell(kQuick + "--rule bis-2023 --svg never.svg").code == 2);
  const Shell result = shell(
      "folder=$(mktemp -d) && \"$simulate\" design --rule bis-2023 --model llama2-7b --most-dies 1 --simulations 2 "
      "--fix "
      "schedule,overlap,cp,ep,etp,zero,vpp --frontier --svg \"$folder/lines.svg\" >/dev/null && cat "
      "\"$folder/lines.svg\" "
      "&& rm -r \"$folder\"");
  CAPTURE(result.err);
  REQUIRE(result.code == 0);
  CHECK_THAT(result.out, ContainsSubstring("line on TPP") && ContainsSubstring("line on memory, GB/s"));
  CHECK(result.out.rfind("</svg>\n") == result.out.size() - 7);
}
