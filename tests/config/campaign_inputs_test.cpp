#include "sim/config/catalog.hpp"
#include "sim/config/describe_campaign.hpp"
#include "sim/config/scenario.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/source_folder.hpp"

using namespace sim;
using config::parse_date;

namespace {

campaign::Inputs inputs_of(const std::vector<std::string>& overrides) {
  return config::make_campaign_inputs(
      config::load_scenario(sim::test::source_folder() + "/scenarios/quickstart.yaml", overrides));
}

}  // namespace

TEST_CASE("a date is one of the calendar") {
  CHECK(parse_date("1970-01-02") == campaign::Moment(std::chrono::days(1)));
  CHECK(parse_date("2024-02-29").has_value());
  for (const char* text : {"2023-02-29", "2024-13-01", "2024-00-10", "2024-04-31", "24-01-01", "2024-1-01",
                           "2024-01-01 ", "1969-12-31", "2201-01-01", "tomorrow", "2024/01/01"}) {
    CAPTURE(text);
    CHECK(!parse_date(text));
  }
}

TEST_CASE("a scenario that says nothing of failures and prices gets the usual ones") {
  const campaign::Inputs inputs = inputs_of({});
  CHECK(inputs.reliability.id == config::kUsualReliability);
  CHECK(inputs.economics.id == config::kUsualPrices);
  CHECK(inputs.reliability.parts.size() == 13);
  CHECK(!inputs.start);
}

TEST_CASE("reliability is a name, or what changes over a preset") {
  CHECK(inputs_of({"reliability=opt-2021"}).reliability.manual_share.value == 0.4);
  const campaign::Reliability changed = inputs_of({"reliability.repair=12 h"}).reliability;
  CHECK(changed.repair.value == Seconds(43200));
  CHECK(changed.parts.size() == 13);
  const campaign::Reliability like = inputs_of({"reliability={like: rsc-2-2024, when_short: shrink}"}).reliability;
  CHECK(like.shrink);
  CHECK_THAT(like.parts.front().between_failures.value.value(), WithinRel(86400 * 1000 / 2.34, 1e-3));
  CHECK(inputs_of({"reliability=none"}).reliability.parts.empty());
  CHECK_THROWS_WITH(inputs_of({"reliability=opt-2012"}), ContainsSubstring("did you mean opt-2021?"));
}

TEST_CASE("every preset of reliability and prices can be read") {
  for (const std::string& id : config::catalog_ids("reliability")) {
    CAPTURE(id);
    CHECK(config::load_reliability(id).id == id);
  }
  for (const std::string& id : config::catalog_ids("prices")) CHECK(config::load_economics(id).id == id);
}

TEST_CASE("the published stops of Llama 3 sum to 419 in 54 days on 2,048 nodes") {
  double stops = 0;
  for (const campaign::Part& part : config::load_reliability("llama-3-2024").parts) {
    if (part.slowdown > 1) continue;
    const double parts = part.per == campaign::Part::Per::chip ? 16384 : 2048;
    stops += parts * 54 * 86400 / part.between_failures.value.value();
  }
  CHECK_THAT(stops, WithinRel(419.0, 1e-3));
}

TEST_CASE("prices of a scenario lie over those of the preset, chip by chip") {
  const campaign::Economics changed =
      inputs_of({"economics.chips={h20-sxm-96gb: {purchase: {usual: 14 kUSD}}}", "economics.mode=rent"}).economics;
  CHECK(changed.chips.at("h20-sxm-96gb").purchase.usual.value == Dollars(14000));
  CHECK(changed.chips.at("h20-sxm-96gb").purchase.low == Dollars(13000));
  CHECK(changed.chips.count("h100-sxm5-80gb") == 1);
  CHECK(changed.mode == campaign::Economics::Mode::rent);
}
