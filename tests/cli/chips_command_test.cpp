#include <algorithm>
#include <nlohmann/json.hpp>

#include "tests/cli/shell.hpp"
#include "tests/support/catch.hpp"

using nlohmann::json;
using sim::test::lines_of;
using sim::test::output_of;
using sim::test::Shell;
using sim::test::shell;

namespace {

json chip_named(const json& list, const std::string& id) {
  const auto found = std::find_if(list.begin(), list.end(), [&](const json& chip) { return chip.at("id") == id; });
  REQUIRE(found != list.end());
  return *found;
}

}  // namespace

TEST_CASE("chips as JSON give TPP, density and the verdict of every rule that is law") {
  const json list = json::parse(output_of("\"$simulate\" chips --json"));
  const json h20 = chip_named(list, "H20-SXM-96GB");
  CHECK(h20.at("tpp") == 2368);
  CHECK_THAT(h20.at("performance_density").get<double>(), WithinRel(2368.0 / 814, 1e-12));
  CHECK(h20.at("verdicts").size() == 4);
  const json& verdict = h20.at("verdicts").at("bis-2023");
  CHECK(verdict.at("status") == "not_controlled");
  CHECK(verdict.at("paragraph") == "3A090.b.1");
  CHECK_THAT(verdict.at("margin").get<double>(), WithinRel(2368.0 / 2400 - 1, 1e-9));
  CHECK(verdict.at("margin_of").at("quantity") == "tpp");
  CHECK(verdict.at("needs") == "");

  const json tpu = chip_named(list, "TPUv3");
  CHECK(tpu.at("performance_density").is_null());
  CHECK_THAT(tpu.at("performance_density_range").at("at_least").get<double>(), WithinRel(1968.0 / 648, 1e-12));
  CHECK(tpu.at("verdicts").at("bis-2023").at("status") == "unknown");
  CHECK(tpu.at("verdicts").at("bis-2023").at("margin").is_null());
  CHECK_THAT(tpu.at("verdicts").at("bis-2023").at("needs").get<std::string>(), ContainsSubstring("die_area"));
}

TEST_CASE("several rules give a table each, a date one of all that hold then") {
  const std::string both = output_of("\"$simulate\" chips --rule bis-2022 --rule bis-2023 A800-SXM4-80GB");
  CHECK_THAT(both, ContainsSubstring("not_controlled     3A090      io_bandwidth 464 GB/s is 23 % below 600 GB/s"));
  CHECK_THAT(both, ContainsSubstring("controlled         3A090.a.1 and 3A090.a.2  tpp 4992 is 4.0 % above 4800"));
  const std::string day = output_of("\"$simulate\" chips --on 2026-02-01 H200-SXM-141GB H20-SXM-96GB");
  CHECK_THAT(day, ContainsSubstring("case_by_case       bis-2026-01 742.6(b)(10)(iii)(A)(1)"));
  CHECK_THAT(day, ContainsSubstring("controlled         bis-2025-04 memory and memory + links"));
  CHECK_THAT(day, ContainsSubstring("1 controlled, 1 case_by_case"));
  const json list = json::parse(output_of("\"$simulate\" chips --on 2026-02-01 H20-SXM-96GB --json"));
  CHECK(list.at(0).at("combined").at("rule") == "bis-2025-04");
  CHECK(list.at(0).at("combined").at("status") == "controlled");
  CHECK_THAT(output_of("\"$simulate\" chips --on 2020-01-01 H20-SXM-96GB"), ContainsSubstring("1 not_controlled"));
}

TEST_CASE("a rule and a part of one's own are files") {
  const std::string command =
      "d=$(mktemp -d) && cd \"$d\" && printf 'id: mine\\nparagraphs:\\n  - {id: cap, condition: memory_bandwidth > 2 "
      "TB/s}\\n' >mine.yaml && printf 'id: half\\nlike: H20-SXM-96GB\\nmemory_bandwidth: 2 TB/s\\n' >half.yaml && "
      "\"$simulate\" chips --rule mine.yaml half.yaml H20-SXM-96GB --json";
  const json list = json::parse(output_of(command));
  REQUIRE(list.size() == 2);
  CHECK(list.at(0).at("verdicts").at("mine").at("status") == "not_controlled");
  CHECK(list.at(1).at("verdicts").at("mine").at("status") == "controlled");
}

TEST_CASE("a count decides rules on clusters") {
  const auto verdict = [](const std::string& count) {
    return output_of("\"$simulate\" chips H100-SXM5-80GB --rule whatif-cluster" + count);
  };
  CHECK_THAT(verdict(""), ContainsSubstring("needs count: below 1700 not_controlled, from 1700 controlled (cluster)"));
  CHECK_THAT(verdict(" --count 1699"), ContainsSubstring("1 not_controlled"));
  CHECK_THAT(verdict(" --count 1700"), ContainsSubstring("1 controlled"));
}

TEST_CASE("a part that nobody could build is doubted in the table") {
  const std::string text = output_of(
      "d=$(mktemp -d) && cd \"$d\" && printf 'id: wonder\\nlike: H20-SXM-96GB\\nmemory_bandwidth: 20 TB/s\\n' >w.yaml "
      "&& "
      "\"$simulate\" chips --rule bis-2023 w.yaml");
  CHECK_THAT(text, ContainsSubstring("doubtful: wonder: memory_bandwidth: 20 TB/s is more than"));
}

TEST_CASE("a note on a licence goes to standard error, and --quiet leaves it out") {
  const std::string command = "\"$simulate\" memory scenarios/gpt4_h200.yaml --set 'constraint={on: 2026-02-01}'";
  const Shell told = shell(command);
  CHECK(told.code == 0);
  CHECK_THAT(told.err,
             ContainsSubstring("note: fleet.0.chip: 10000 H200-SXM-141GB, bought on 2026-02-01, are subject to"));
  CHECK(shell(command + " --quiet").err.empty());
}
