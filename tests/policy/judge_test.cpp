
#include "sim/config/catalog.hpp"
#include "sim/policy/evaluate.hpp"
#include "sim/policy/needs.hpp"
#include "sim/policy/verdict.hpp"
#include "tests/support/catch.hpp"

using namespace sim;
using namespace sim::policy;

namespace {

Quantities part_of(const char* chip) {
  return quantities_of(config::load_chip(chip));
}

Ruling on(const char* date, const char* chip, const char* destination = "china") {
  return judge_together(config::rules_in_force(date), part_of(chip), destination);
}

Rule rule_with(const char* id, const char* condition, Status status, std::vector<std::string> reviews = {}) {
  Rule rule;
  rule.id = id;
  rule.reviews = std::move(reviews);
  rule.paragraphs.push_back({"p", condition, parse_condition(condition).expression, status, ""});
  return rule;
}

}  // namespace

TEST_CASE("the margin is the distance to the nearest line that would change the verdict") {
  const Rule rule = config::load_rule("bis-2023");
  const auto margin = [&](const char* chip) { return *judge(rule, part_of(chip)).margin; };
  // H20: 2368 of 2400, while its density of 2.91 is 9 % below 3.2.
  CHECK(margin("H20-SXM-96GB").quantity == "tpp");
  CHECK(margin("H20-SXM-96GB").line == 2400);
  CHECK_THAT(margin("H20-SXM-96GB").ratio(), WithinRel(2368.0 / 2400 - 1, 1e-9));
  // L20: its TPP is above 1600, its density of 3.145 below 3.2.
  CHECK(margin("L20-PCIe").quantity == "performance_density");
  CHECK(margin("L20-PCIe").line == 3.2);
  // A100: both paragraphs would have to let it go, and 4992 is farther above 4800 than 6.04 above 5.92.
  CHECK(margin("A100-SXM4-80GB").quantity == "tpp");
  CHECK_THAT(margin("A100-SXM4-80GB").ratio(), WithinRel(0.04, 1e-9));
  // TPUv4: the die is below 600 mm2, so that the density is at least 4400 / 600.
  CHECK(margin("TPUv4").is_bound);
  CHECK_THAT(margin("TPUv4").value, WithinRel(4400.0 / 600, 1e-9));
  CHECK(margin_text(judge(rule, part_of("H20-SXM-96GB"))) == "tpp 2368 is 1.3 % below 2400");
  CHECK(margin_text(judge(rule, part_of("TPUv4"))) == "performance_density (bound) 7.3333 is 24 % above 5.92");
}

TEST_CASE("a verdict with a margin changes when the quantity crosses the line, and not before") {
  const Rule rule = config::load_rule(GENERATE(as<std::string>{}, "bis-2022", "bis-2025-04"));
  for (const std::string& id : config::catalog_ids("chips")) {
    CAPTURE(rule.id, id);
    Quantities part = quantities_of(config::load_chip(id));
    const Verdict verdict = judge(rule, part);
    if (!verdict.margin || verdict.margin->is_bound) continue;
    const std::optional<Name> name = name_from_text(verdict.margin->quantity);
    const double line = verdict.margin->line;
    if (!name || verdict.paragraph.find(" and ") != std::string::npos) continue;
    part[*name] = exactly(line * (verdict.margin->ratio() > 0 ? 1.0001 : 0.9999));
    CHECK(judge(rule, part).status == verdict.status);
  }
}

TEST_CASE("the law of a day: rules in force, their reviews, and where they reach") {
  CHECK(config::rules_in_force("2022-10-06").empty());
  CHECK(config::rules_in_force("2022-10-07").size() == 1);
  CHECK(config::rules_in_force("2023-11-16").front().id == "bis-2022");
  REQUIRE(config::rules_in_force("2023-11-17").size() == 1);
  CHECK(config::rules_in_force("2023-11-17").front().id == "bis-2023");
  CHECK(config::rules_in_force("2025-04-08").size() == 1);
  CHECK(config::rules_in_force("2025-04-09").size() == 2);
  CHECK(config::rules_in_force("2026-01-15").size() == 3);

  CHECK(on("2023-11-16", "A800-SXM4-80GB").combined.status == Status::not_controlled);
  CHECK(on("2023-11-17", "A800-SXM4-80GB").combined.status == Status::controlled);
  CHECK(on("2025-04-08", "H20-SXM-96GB").combined.status == Status::not_controlled);
  CHECK(on("2025-04-09", "H20-SXM-96GB").combined.rule == "bis-2025-04");
  CHECK(on("2026-01-14", "H200-SXM-141GB").combined.status == Status::controlled);
  CHECK(on("2026-01-15", "H200-SXM-141GB").combined.status == Status::case_by_case);
  CHECK(on("2026-01-15", "H20-SXM-96GB").combined.status == Status::controlled);  // no 3A090.a item: no window
  CHECK(on("2026-01-15", "B200-SXM").combined.status == Status::controlled);
  CHECK(on("2026-01-15", "H200-SXM-141GB", "D:5").combined.status == Status::controlled);  // the window is for China
  CHECK(on("2022-12-01", "H100-SXM5-80GB", "D:5").combined.status == Status::not_controlled);
}

TEST_CASE("of several rules the strictest counts, and what nobody knows stands below controlled alone") {
  const Quantities part = part_of("Kunlun-P800");
  const Rule strict = rule_with("strict", "tpp >= 1", Status::controlled);
  const Rule mild = rule_with("mild", "tpp >= 1", Status::licence_exception);
  const Rule open = rule_with("open", "die_area >= 500 mm2", Status::controlled);
  const Rule review = rule_with("review", "tpp >= 1", Status::case_by_case, {"strict"});
  const auto together = [&](const std::vector<Rule>& rules) { return judge_together(rules, part, "china").combined; };
  CHECK(together({}).status == Status::not_controlled);
  CHECK(together({mild, strict}).rule == "strict");
  CHECK(together({mild, open}).status == Status::unknown);
  CHECK(together({open, strict}).status == Status::controlled);
  CHECK(together({strict, review}).rule == "review");
  CHECK(together({review, strict}).status == Status::case_by_case);
  CHECK(together({mild, review}).rule == "review");  // what it reviews does not hold, so that it stands by itself
}

TEST_CASE("within the bounds of what is missing every verdict is one of those that `needs` lists") {
  const Rule rule = config::load_rule("bis-2023");
  for (const char* chip : {"TPUv3", "Hygon-K100_AI", "MLU370-X8", "MetaX-C500"}) {
    CAPTURE(chip);
    Quantities part = part_of(chip);
    const std::vector<Stretch> all = stretches(rule, part, Name::die_area);
    CHECK(all.size() >= 3);
    for (const Stretch& stretch : all) {
      part[Name::die_area] = exactly((stretch.low + stretch.high) / 2);
      CHECK(judge(rule, part).status == stretch.status);
    }
  }
}

TEST_CASE("a fact that is missing but cannot matter leaves no doubt") {
  // Whatever the area: from 4800 on a.1 holds, and below 1600 nothing does.
  Quantities part;
  part[Name::tpp] = exactly(4800);
  CHECK(judge(config::load_rule("bis-2023"), part).status == Status::controlled);
  part[Name::tpp] = exactly(1599);
  CHECK(judge(config::load_rule("bis-2023"), part).status == Status::not_controlled);
  // Either half of a condition and its opposite: interval arithmetic alone would not see it.
  const Rule always = rule_with("always", "die_area >= 500 mm2 or die_area < 500 mm2", Status::controlled);
  CHECK(judge(always, part).status == Status::controlled);
}

TEST_CASE("intervals hold every result of what lies in them") {
  const Interval a{2, 3}, b{4, 8};
  CHECK((a + b).low == 6);
  CHECK((a + b).high == 11);
  CHECK((a - b).low == -6);
  CHECK((a - b).high == -1);
  CHECK((a * b).low == 8);
  CHECK((a * b).high == 24);
  CHECK((a / b).low == 0.25);
  CHECK((a / b).high == 0.75);
  const Interval anything;
  CHECK((a / anything).low == 0);
  CHECK(std::isinf((a / anything).high));
  CHECK((exactly(0) * anything).high == 0);
  CHECK(std::isinf((a / Interval{-1, 1}).low));
}

TEST_CASE("no paragraph stands behind what nobody knows") {
  CHECK(paragraphs_behind(config::load_rule("bis-2023"), part_of("TPUv3"), Status::unknown).empty());
  CHECK(paragraphs_behind(config::load_rule("bis-2023"), part_of("RTX4090D"), Status::not_controlled) ==
        "3A090.a.2 (Note 2)");
}

TEST_CASE("a part whose peaks nobody states has the TPP that is published, if one is") {
  hardware::Chip chip;
  CHECK_FALSE(is_known(quantities_of(chip)[Name::tpp]));
  chip.tpp = Sourced<double>{4992, Origin::datasheet, "", 0};
  CHECK(quantities_of(chip)[Name::tpp].low == 4992);
  chip.peak[hardware::Format::fp16] = Sourced<FlopsPerSecond>{FlopsPerSecond(100e12), Origin::datasheet, "", 0};
  CHECK_THAT(quantities_of(chip)[Name::tpp].low, WithinRel(1600.0, 1e-12));
}

TEST_CASE("two devices of one package count as one part") {
  const Quantities part = part_of("MI250X-GCD");
  CHECK_THAT(part[Name::tpp].low, WithinAbs(2 * 191.5 * 16, 1e-6));
  CHECK(part[Name::die_area].low == 1448);
  CHECK(part[Name::memory_bandwidth].low == 2 * 1638e9);
}
