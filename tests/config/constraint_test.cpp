#include "sim/base/error.hpp"
#include "sim/config/catalog.hpp"
#include "sim/config/scenario.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/source_folder.hpp"

using namespace sim;
using namespace sim::config;

namespace {

// 10,000 A800, 2,500 a month from 2023-09-01 on; `overrides` go over it.
struct Fleet {
  LoadedScenario loaded;
  iteration::Job job;
};

Fleet fleet(std::vector<std::string> overrides) {
  overrides.insert(overrides.begin(), "fleet=[{chip: A800-SXM4-80GB, count: 9600, topology: hgx_a800_rail_roce200}]");
  Fleet made{load_scenario(sim::test::source_folder() + "/scenarios/gpt4_a800.yaml", overrides), {}};
  made.job = make_job(made.loaded);
  return made;
}

std::string refusal(const std::vector<std::string>& overrides, ExitCode code = ExitCode::infeasible) {
  try {
    (void)fleet(overrides);
  } catch (const InputError& error) {
    CHECK(error.exit_code() == code);
    return error.what();
  }
  return "accepted";
}

constexpr const char* kRule2023 = "constraint={rule: bis-2023}";

}  // namespace

TEST_CASE("a rule refuses chips that it controls, with paragraph and margin") {
  CHECK_THAT(refusal({kRule2023}), ContainsSubstring("9600 A800-SXM4-80GB are forbidden by bis-2023, paragraph "
                                                     "3A090.a.1 and 3A090.a.2: tpp 4992 is 4.0 % above 4800"));
  CHECK(refusal({"constraint={rule: bis-2022}"}) == "accepted");
  CHECK(refusal({}) == "accepted");
}

TEST_CASE("what came before a rule stays, what comes on its first day does not") {
  CHECK(refusal({kRule2023, "fleet.0.arrives=2023-11-16"}) == "accepted");
  CHECK_THAT(refusal({kRule2023, "fleet.0.arrives=2023-11-17"}), ContainsSubstring("delivered on 2023-11-17"));
  CHECK(refusal({kRule2023, "fleet.0.arrives=2023-08-16", "fleet.0.monthly=2400"}) == "accepted");
  CHECK_THAT(refusal({kRule2023, "fleet.0.arrives=2023-08-17", "fleet.0.monthly=2400"}),
             ContainsSubstring("fleet.0.chip: 2400 of the 9600 A800-SXM4-80GB, delivered on 2023-11-17"));
}

TEST_CASE("a date asks all rules of that day, and earlier deliveries the rules of theirs") {
  CHECK(refusal({"constraint={on: 2023-11-16}"}) == "accepted");
  CHECK_THAT(refusal({"constraint={on: 2023-11-17}"}), ContainsSubstring("bought on 2023-11-17"));
  CHECK(refusal({"constraint={on: 2024-06-01}", "fleet.0.arrives=2023-09-01"}) == "accepted");
  // An H100 was forbidden then by the rule of its day.
  const std::string h100 = "fleet.0.chip=H100-SXM5-80GB";
  CHECK_THAT(refusal({"constraint={on: 2024-06-01}", "fleet.0.arrives=2023-09-01", h100}),
             ContainsSubstring("forbidden by bis-2022"));
  CHECK(refusal({"constraint={on: 2024-06-01}", "fleet.0.arrives=2022-10-06", h100}) == "accepted");
  // Rules that come after the date are not known on it: H20 and the letters of 2025-04-09.
  const std::string h20 = "fleet.0.chip=H20-SXM-96GB", late = "fleet.0.arrives=2025-06-01";
  CHECK(refusal({"constraint={on: 2025-04-08}", late, h20}) == "accepted");
  CHECK_THAT(refusal({"constraint={on: 2025-04-09}", late, h20}), ContainsSubstring("forbidden by bis-2025-04"));
}

TEST_CASE("a rule does not bind where it does not reach") {
  const std::string h100 = "fleet.0.chip=H100-SXM5-80GB";
  CHECK_THAT(refusal({"constraint={rule: bis-2022}", h100}), ContainsSubstring("forbidden"));
  CHECK(refusal({"constraint={rule: bis-2022, destination: \"D:4\"}", h100}) == "accepted");
}

TEST_CASE("licences are noted, not refused") {
  const Fleet window = fleet({"constraint={on: 2026-02-01}", "fleet.0.chip=H200-SXM-141GB"});
  const std::vector<std::string> notes = fleet_notes(window.loaded, window.job);
  REQUIRE(notes.size() == 1);
  CHECK_THAT(notes.front(), ContainsSubstring("9600 H200-SXM-141GB, bought on 2026-02-01, are subject to a licence, "
                                              "decided case by case: bis-2026-01, paragraph 742.6(b)(10)(iii)(A)(1)"));
  CHECK(fleet_notes(fleet({}).loaded, fleet({}).job).empty());
}

TEST_CASE("a fleet that nobody can judge is refused until somebody says what is missing") {
  const std::string on = "constraint={rule: bis-2023}";
  const auto k100 = [](const std::string& more) {
    return "fleet.0.chip={like: Hygon-K100_AI, memory_capacity: 96 GB" + more + "}";
  };
  CHECK_THAT(refusal({on, k100("")}), ContainsSubstring("it hangs on die_area: below 529.73 mm2 controlled"));
  CHECK_THAT(refusal({on, k100(", die_area_range: {at_most: 529 mm2}")}),
             ContainsSubstring("are forbidden by bis-2023"));
  CHECK_THAT(refusal({on, k100(", applicable_die_area: 1961 mm2")}), !ContainsSubstring("forbidden"));
}

TEST_CASE("the fleet as it stands on each day counts for a line on clusters") {
  // 9,600 x 4992 TPP = 47.9 million; the line of 26.9 million is crossed by the 5,389th.
  const std::string rule = "constraint={rule: whatif-cluster}";
  CHECK_THAT(refusal({rule}), ContainsSubstring("cluster_tpp 47923000 is 78 % above 26900000"));
  CHECK_THAT(refusal({rule, "fleet.0.arrives=2023-09-01", "fleet.0.monthly=2400"}),
             ContainsSubstring("2400 of the 9600 A800-SXM4-80GB, delivered on 2023-11-01"));
}

TEST_CASE("a chip in a scenario changes another one, and its sums follow") {
  const auto chip = [](const std::string& text) { return fleet({"fleet.0.chip=" + text}).job.fleet.front().chip; };
  const hardware::Chip h20 = load_chip("H20-SXM-96GB");
  const hardware::Chip less = chip("{like: H20-SXM-96GB, memory_bandwidth: 2 TB/s}");
  CHECK(less.id == "H20-SXM-96GB (changed)");
  CHECK(less.memory_bandwidth->value == BytesPerSecond(2e12));
  CHECK(less.tpp->value == h20.tpp->value);
  CHECK(less.memory_capacity->source == h20.memory_capacity->source);
  // 18 links of 50 GB/s in both directions to 8: 1028 - 500 GB/s.
  const hardware::Chip fewer =
      chip("{id: cut, like: H20-SXM-96GB, scale_up: {link: nvlink4, links: 8, wire_rate: 200 GB/s}}");
  CHECK(fewer.id == "cut");
  CHECK_THAT(fewer.total_io->value.value(), WithinRel(528e9, 1e-9));
  const hardware::Chip slower = chip("{like: H100-SXM5-80GB, peak: {bf16: 400 TFLOPS}}");
  CHECK_FALSE(slower.tpp.has_value());
  CHECK(slower.total_io->value == load_chip("H100-SXM5-80GB").total_io->value);
  const hardware::Chip larger = chip("{like: H100-SXM5-80GB, dies: [{count: 2, area: 800 mm2}]}");
  CHECK_FALSE(larger.applicable_die_area.has_value());
  CHECK(policy::quantities_of(larger)[policy::Name::die_area].low == 1600);
}

TEST_CASE("a part that nobody could build is played, with a note") {
  const Fleet made = fleet({"fleet.0.chip={like: A800-SXM4-80GB, memory_bandwidth: 8 TB/s}"});
  const std::vector<std::string> notes = fleet_notes(made.loaded, made.job);
  REQUIRE(notes.size() == 1);
  CHECK_THAT(notes.front(),
             ContainsSubstring("A800-SXM4-80GB (changed) could hardly be built: memory_bandwidth: 8 TB/s"));
}

TEST_CASE("no part of the catalogue is called impossible") {
  for (const std::string& id : catalog_ids("chips")) {
    Fleet made;
    made.loaded.scenario.fleet.push_back({});
    made.job.fleet.push_back({});
    made.job.fleet.front().chip = load_chip(id);
    CAPTURE(id);
    CHECK(fleet_notes(made.loaded, made.job).empty());
  }
}

TEST_CASE("every rule of the catalogue reads, and says where its text stands") {
  CHECK(catalog_ids("rules").size() >= 7);
  for (const std::string& id : catalog_ids("rules")) {
    CAPTURE(id);
    const policy::Rule rule = load_rule(id);
    CHECK(rule.id == id);
    CHECK_FALSE(rule.reference.empty());
    CHECK_FALSE(rule.confidence.empty());
    CHECK((rule.hypothetical || !rule.not_modelled.empty()));
    CHECK((rule.hypothetical || !rule.from.empty()));
    for (const std::string& other : rule.reviews) CHECK(load_rule(other).id == other);
  }
}

TEST_CASE("the resolved scenario keeps a chip that is written in it") {
  const Fleet made =
      fleet({"fleet.0.chip={id: \"on\", like: A800-SXM4-80GB, memory_bandwidth: {value: 2 TB/s, source: \"mine, all: "
             "mine\"}}"});
  const Value again = read_yaml_text(print_config(made.loaded), "again");
  const Value& chip = *again.find("fleet")->items.front().find("chip");
  CHECK(chip.find("id")->text == "on");
  CHECK(chip.find("like")->text == "A800-SXM4-80GB");
  CHECK(chip.find("memory_bandwidth")->find("value")->text == "2 TB/s");
  CHECK(chip.find("memory_bandwidth")->find("source")->text == "mine, all: mine");
}
