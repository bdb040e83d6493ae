#include "sim/report/whole_run.hpp"

#include <nlohmann/json.hpp>

#include "tests/campaign/plans.hpp"
#include "tests/support/catch.hpp"

using namespace sim;
using campaign::day;
using campaign::State;

namespace {

report::WholeRun whole_of(campaign::Plan plan) {
  report::WholeRun whole;
  whole.study.plan = std::move(plan);
  whole.study.samples = 8;
  whole.distribution = campaign::play(whole.study);
  whole.timeline = campaign::median_timeline(whole.study, whole.distribution);
  return whole;
}

}  // namespace

TEST_CASE("the calendar bar is as high as the run is fast") {
  report::WholeRun whole;
  whole.study.plan = campaign::plain_plan(10, Seconds(1));
  whole.study.plan.phases.front().step_seconds = {Seconds(2), Seconds(1)};
  whole.timeline = {{State::waiting_for_delivery, 0, day(0), day(2)},
                    {State::productive, 0, day(2), day(4)},  // half of the fleet
                    {State::lost_work, 1, day(4), day(5)},
                    {State::productive, 1, day(5), day(8)}};
  CHECK(report::calendar_bar(whole, 8) == "  ▄▄ ███");
  CHECK(report::calendar_bar(whole, 4) == " ▄▄█");  // the third cell: a day lost, a day of full speed
}

TEST_CASE("the trace of a campaign follows its calendar without gaps or overlaps") {
  const report::WholeRun whole = whole_of(campaign::hard_plan());
  const nlohmann::json trace = nlohmann::json::parse(report::campaign_trace(whole, "hard"));
  std::int64_t last = 0, spans = 0;
  for (const nlohmann::json& event : trace["traceEvents"]) {
    if (event["ph"] != "X") continue;
    CHECK(event["ts"] == last);
    last = event["ts"].get<std::int64_t>() + event["dur"].get<std::int64_t>();
    ++spans;
  }
  CHECK(spans == static_cast<std::int64_t>(whole.timeline.size()));
  CHECK(last == (whole.timeline.back().to - whole.timeline.front().from).count() / 86400);
}

TEST_CASE("text and JSON of a whole run give the same figures") {
  report::WholeRun whole = whole_of(campaign::hard_plan());
  whole.reliability = "test";
  const nlohmann::json json = nlohmann::json::parse(report::whole_run_json(whole, nullptr, "hard"));
  const std::string text = report::whole_run_lines(whole, false);
  char days[32];
  std::snprintf(days, sizeof days, "  %.1f days", json["days"]["p50"].get<double>());
  CHECK_THAT(text, ContainsSubstring(days));
  CHECK_THAT(text, ContainsSubstring("as in test"));
  CHECK_THAT(text, ContainsSubstring("no energy and no cost"));
  CHECK(json["energy_mwh"].is_null());
  double sum = 0;
  for (const auto& [state, share] : json["shares"].items()) sum += share.get<double>();
  CHECK_THAT(sum, WithinRel(1.0, 1e-12));
  CHECK(json["goodput"] == json["shares"]["productive"]);
}

TEST_CASE("durations are in the unit that people would use") {
  CHECK(report::duration_text(Seconds(90)) == "90 s");
  CHECK(report::duration_text(Seconds(750)) == "12.5 min");
  CHECK(report::duration_text(Seconds(4 * 3600)) == "4 h");
  CHECK(report::duration_text(days(40)) == "40 days");
}
