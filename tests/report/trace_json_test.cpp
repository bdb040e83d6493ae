#include "sim/report/trace_json.hpp"

#include <nlohmann/json.hpp>

#include "tests/support/catch.hpp"

using namespace sim;
using engine::SimTime;
using iteration::SpanKind;
using Json = nlohmann::json;

namespace {

iteration::Span span(std::int64_t begin, std::int64_t end, std::uint32_t name, SpanKind kind, std::uint8_t depth) {
  iteration::Span made{SimTime(begin), SimTime(end), name};
  made.kind = kind;
  made.depth = depth;
  return made;
}

// Two stages, one message, one link; a pass whose only kernel ends 1 ps before it.
iteration::Timeline two_stages() {
  iteration::Timeline timeline;
  timeline.title = "two \"stages\"";
  timeline.period = SimTime(3000000);
  timeline.ranks = 4;
  timeline.names = {"forward micro-batch 0", "qkv", "send forward micro-batch 0", "wait"};
  iteration::TimelineCell first{{0, 1}, 0, "H20", SimTime(), {}};
  first.streams.push_back({"computes and waits",
                           {span(0, 1000900, 0, SpanKind::pass, 0), span(0, 1000899, 1, SpanKind::tensor_compute, 1),
                            span(1000900, 3000000, 3, SpanKind::bubble, 0)}});
  iteration::Span message = span(1000900, 1500000, 2, SpanKind::exchange, 0);
  message.bytes = 4096;
  message.cause = 0;
  first.streams.push_back({"send to the next stage", {message}});
  iteration::TimelineCell second{{2, 3}, 1, "H20", SimTime(), {}};
  second.streams.push_back({"computes and waits",
                            {span(0, 1500000, 3, SpanKind::bubble, 0), span(1500000, 3000000, 0, SpanKind::pass, 0),
                             span(1500000, 3000000, 1, SpanKind::hbm_bandwidth, 1)}});
  timeline.cells = {first, second};
  timeline.flows = {{{0, 1, 0}, {1, 0, 1}}};
  iteration::LinkLoad load;
  load.name = "chip 0 to scale-up switch 0";
  load.rate = BytesPerSecond(1e9);
  load.points = {{SimTime(), 0}, {SimTime(1000900), 0.5}, {SimTime(1500000), 0}, {SimTime(3000000), 0}};
  timeline.loads = {load};
  return timeline;
}

std::string text_of(const iteration::Timeline& timeline, int iterations) {
  std::string text;
  report::write_trace(timeline, iterations, [&text](std::string_view part) { text += part; });
  return text;
}

std::vector<Json> events_of(const Json& trace, const std::string& phase) {
  std::vector<Json> found;
  for (const Json& event : trace["traceEvents"]) {
    if (event["ph"] == phase) found.push_back(event);
  }
  return found;
}

}  // namespace

TEST_CASE("a cell is a process with the name of its ranks, a stream a thread") {
  const Json trace = Json::parse(text_of(two_stages(), 1));
  std::vector<std::string> names;
  for (const Json& event : events_of(trace, "M")) {
    if (event["args"].contains("name")) names.push_back(event["args"]["name"]);
  }
  CHECK(names == std::vector<std::string>{"stage 0, ranks 0-1 (H20)", "computes and waits", "send to the next stage",
                                          "stage 1, ranks 2-3 (H20)", "computes and waits", "busiest links"});
  CHECK(trace["otherData"]["scenario"] == "two \"stages\"");
  CHECK(trace["otherData"]["iteration_picoseconds"] == 3000000);
  CHECK(trace["otherData"]["processes"][1]["ranks"] == "2-3");
}

// Both ends are cut to whole nanoseconds: 1,000,900 ps is 1.000 us, from both sides.
TEST_CASE("spans are complete events in microseconds whose ends still meet after cutting") {
  const std::vector<Json> spans = events_of(Json::parse(text_of(two_stages(), 1)), "X");
  REQUIRE(spans.size() == 7);
  CHECK(spans[0]["name"] == "forward micro-batch 0");
  CHECK(spans[0]["cat"] == "pass");
  CHECK(spans[0]["ts"] == 0);
  CHECK(spans[0]["dur"] == 1);
  CHECK(spans[1]["cat"] == "tensor_compute");
  CHECK(spans[1]["dur"] == 1);
  CHECK(spans[2]["ts"] == 1);
  CHECK(spans[2]["dur"] == 2);
  CHECK(spans[3]["args"]["bytes"] == 4096);
  CHECK(spans[3]["args"]["in"] == "forward micro-batch 0");
  CHECK(spans[3]["dur"] == 0.5);
}

TEST_CASE("an arrow starts at its message and ends at the pass, not at the kernel inside") {
  const Json trace = Json::parse(text_of(two_stages(), 1));
  const Json from = events_of(trace, "s").at(0), to = events_of(trace, "f").at(0);
  CHECK(from["id"] == to["id"]);
  CHECK(from["ts"] == 1);
  CHECK(to["ts"] == 1.5);
  CHECK(to["bp"] == "e");
  const Json& events = trace["traceEvents"];
  for (std::size_t i = 0; i < events.size(); ++i) {
    if (events[i]["ph"] == "s") CHECK(events[i - 1]["name"] == "send forward micro-batch 0");
    if (events[i]["ph"] == "f") CHECK(events[i - 1]["cat"] == "pass");
    if (events[i]["ph"] == "s" || events[i]["ph"] == "f") CHECK(events[i]["tid"] == events[i - 1]["tid"]);
  }
}

TEST_CASE("a counter gives a link's load in bytes per second and as a share") {
  const std::vector<Json> counters = events_of(Json::parse(text_of(two_stages(), 1)), "C");
  REQUIRE(counters.size() == 4);
  CHECK(counters[1]["name"] == "scale_up: chip 0 to scale-up switch 0");
  CHECK(counters[1]["args"]["bytes_per_second"] == 5e8);
  CHECK(counters[1]["args"]["share"] == 0.5);
  CHECK(counters[3]["ts"] == 3);
}

TEST_CASE("further iterations repeat the first one a period later, with arrows of their own") {
  const Json trace = Json::parse(text_of(two_stages(), 3));
  const std::vector<Json> spans = events_of(trace, "X"), starts = events_of(trace, "s");
  REQUIRE(spans.size() == 21);
  CHECK(spans[3]["ts"] == 3);  // the first stage's pass in the second iteration
  CHECK(spans[6]["ts"] == 6);
  REQUIRE(starts.size() == 3);
  CHECK(starts[0]["id"] != starts[1]["id"]);
  CHECK(starts[2]["ts"] == 7);
  const std::vector<Json> counters = events_of(trace, "C");
  CHECK(counters.size() == 3 * 3 + 1);  // the end of one iteration is the beginning of the next
  CHECK(counters.back()["ts"] == 9);
}

// Perfetto takes static_cast<int64_t>(value * 1000.0) for nanoseconds.
TEST_CASE("no nanosecond is lost to a reader that multiplies by 1000 and cuts") {
  iteration::Timeline timeline = two_stages();
  timeline.cells.resize(1);
  timeline.cells[0].streams.resize(1);
  timeline.flows.clear();
  timeline.loads.clear();
  std::vector<iteration::Span>& spans = timeline.cells[0].streams[0].spans;
  spans.clear();
  for (std::int64_t ns = 0; ns < 20000; ++ns)
    spans.push_back(span(ns * 7919000, (ns + 1) * 7919000, 3, SpanKind::bubble, 0));
  std::int64_t expected = 0;
  bool is_kept = true;
  std::size_t plain = 0;
  for (const Json& event : events_of(Json::parse(text_of(timeline, 1)), "X")) {
    const double at = event["ts"].get<double>();
    is_kept = is_kept && static_cast<std::int64_t>(at * 1000.0) == expected &&
              static_cast<std::int64_t>(event["dur"].get<double>() * 1000.0) == 7919;
    plain += static_cast<std::int64_t>(static_cast<double>(expected) / 1000.0 * 1000.0) == expected ? 1 : 0;
    expected += 7919;
  }
  CHECK(is_kept);
  CHECK(plain < spans.size());  // plain decimals would lose some: the rule is at work
}

TEST_CASE("ranks are written as ranges, and long lists are cut with their number") {
  CHECK(report::ranges_text({5}, 4) == "5");
  CHECK(report::ranges_text({0, 1, 2, 8, 9, 16}, 4) == "0-2, 8-9, 16");
  CHECK(report::ranges_text({0, 2, 4, 6}, 2) == "0, 2, ... (4 in all)");
}

TEST_CASE("what a trace leaves out is said in its metadata") {
  iteration::Timeline timeline = two_stages();
  CHECK(report::left_out_text(timeline).empty());
  CHECK_FALSE(Json::parse(text_of(timeline, 1))["otherData"].contains("left_out"));
  timeline.detail = iteration::Detail::passes;
  timeline.cells_left_out = 3;
  const std::string said = Json::parse(text_of(timeline, 1))["otherData"]["left_out"];
  CHECK(said == report::left_out_text(timeline));
  CHECK_THAT(said, ContainsSubstring("3 of 5 kinds of ranks"));
}
