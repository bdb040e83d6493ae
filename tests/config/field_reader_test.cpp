#include "sim/config/field_reader.hpp"

#include <string>

#include "tests/config/sample.hpp"
#include "tests/support/catch.hpp"

using namespace sim;
using namespace sim::config;
using sample::Sample;
using sample::Schedule;

namespace {

Sample accepted(const std::string& text, const DefaultsOfFiles& defaults = {}) {
  const Value value = read_yaml_text(text, "a.yaml");
  Diagnostics diagnostics;
  Sample result = read<Sample>(value, diagnostics, DescribeByType{}, defaults);
  diagnostics.throw_if_any();
  return result;
}

std::string error_of(const std::string& text) {
  try {
    (void)accepted(text);
  } catch (const InputError& error) {
    return error.what();
  }
  return "accepted";
}

struct Case {
  const char* line;   // the second line of the file; the first is "name: x"
  const char* error;  // without the file, the source line and the caret
};

// "line:column: message" and the hint after " | ".
std::string brief_error_of(const std::string& text) {
  try {
    (void)accepted(text);
  } catch (const InputError& error) {
    const Diagnostic& first = error.diagnostics().front();
    const std::string hint = first.hint.empty() ? "" : " | " + first.hint;
    return std::to_string(first.mark.line) + ":" + std::to_string(first.mark.column) + ": " + first.message + hint;
  }
  return "accepted";
}

}  // namespace

TEST_CASE("a struct is read through its description") {
  const Sample read = accepted(
      "name: x\nrecompute: true\ntokens: 13e12\ntp: 8\nratio: 0.25\nschedule: 1f1b\nnotes: [a, \"2\", 3]\n"
      "stages: [8, 7]\nbandwidth: 400 Gb/s\nlimit: 2 h\noverlap: {tp: false}\n"
      "fleet:\n- chip: h100\n- {chip: h20, count: 4}\ndegrade:\n  rail0: {factor: 0.5}\n");
  CHECK(read.name == "x");
  CHECK(read.recompute);
  CHECK(read.tokens == 13'000'000'000'000);
  CHECK(read.tp == 8);
  CHECK(read.ratio == 0.25);
  CHECK(read.schedule == Schedule::one_forward);
  CHECK(read.notes == std::vector<std::string>{"a", "2", "3"});
  CHECK(read.stages == std::vector<std::int64_t>{8, 7});
  CHECK(read.bandwidth == BytesPerSecond(50e9));
  CHECK(read.limit == 7200);
  CHECK_FALSE(read.overlap_tp);
  REQUIRE(read.fleet.size() == 2);
  CHECK(read.fleet[0].count == 1);
  CHECK(read.fleet[1].chip == "h20");
  CHECK(read.degrade.at("rail0").factor == 0.5);
}

TEST_CASE("a key that is not written keeps the default of its field") {
  const Sample read = accepted("name: x\n");
  CHECK(read.tokens == 1000);
  CHECK(read.stages == std::vector<std::int64_t>{1, 2});
  CHECK(read.latency.value == Seconds(1e-6));
}

TEST_CASE("an alias is the key") {
  CHECK(accepted("title: x\ntensor-model-parallel-size: 4\n").tp == 4);
}

TEST_CASE("a number may carry its source") {
  const Sample read = accepted(
      "name: x\ntp: {value: 2, kind: measured}\nbandwidth: {value: 900 GB/s, kind: datasheet, source: vendor}\n"
      "latency: {value: 2 us, kind: measured, source: a paper, relative_error: 0.05}\n"
      "efficiency: {value: 0.7, kind: fitted}\n");
  CHECK(read.tp == 2);
  CHECK(read.bandwidth == BytesPerSecond(900e9));
  CHECK(read.latency.value == Seconds(2e-6));
  CHECK(read.latency.origin == Origin::measured);
  CHECK(read.latency.source == "a paper");
  CHECK(read.latency.relative_error == 0.05);
  CHECK(read.efficiency.value == 0.7);
  CHECK(read.efficiency.origin == Origin::fitted);
}

TEST_CASE("the short form of a sourced number takes the defaults of its file") {
  const Sample read = accepted("name: x\nlatency: 3 us\nefficiency: {value: 0.5, kind: fitted}\n",
                               {{"a.yaml", {Origin::datasheet, "whitepaper", 0.1}}, {"b.yaml", {}}});
  CHECK(read.latency.origin == Origin::datasheet);
  CHECK(read.latency.source == "whitepaper");
  CHECK(read.latency.relative_error == 0.1);
  CHECK(read.efficiency.origin == Origin::fitted);
  CHECK(read.efficiency.source == "whitepaper");
}

TEST_CASE("a mistake is reported at its value with the path of its key") {
  const auto item = GENERATE(values<Case>({
      {"tp: eight", "2:5: tp: expected a whole number, got \"eight\""},
      {"tp: 2.5", "2:5: tp: expected a whole number, got \"2.5\""},
      {"tp: \"8\"", "2:5: tp: expected a whole number, got the text \"8\" | remove the quotes"},
      {"tp: 010",
       "2:5: tp: expected a whole number, got \"010\" | write the number without it: some programs read it as octal"},
      {"tp: 1_0",
       "2:5: tp: expected a whole number, got \"1_0\" | write thousands without it and decimals after a point"},
      {"tp: 0x8", "2:5: tp: expected a whole number, got \"0x8\" | write a decimal number"},
      {"tp: .nan", "2:5: tp: expected a whole number, got \".nan\""},
      {"tp: [8]", "2:5: tp: expected a whole number, got a list"},
      {"tp:", "2:1: tp: expected a whole number, got nothing"},
      {"tp: ~", "2:5: tp: expected a whole number, got nothing"},
      {"tp: 0", "2:5: tp: must be at least 1, got 0"},
      {"tp: 9", "2:5: tp: must be at most 8, got 9"},
      {"tensor-model-parallel-size: 9", "2:29: tensor-model-parallel-size: must be at most 8, got 9"},
      {"tokens: 1e17", "2:9: tokens: must be at most 9007199254740992, got 1e17"},
      {"ratio: 0", "2:8: ratio: must be above 0, got 0"},
      {"ratio: half", "2:8: ratio: \"half\" is not a number"},
      {"ratio: \"0.5\"", "2:8: ratio: expected a number, got the text \"0.5\" | remove the quotes"},
      {"ratio: 50 %", "2:8: ratio: \"50 %\" is in percent | write a fraction: 5 % is 0.05"},
      {"recompute: yes", "2:12: recompute: expected true or false, got \"yes\""},
      {"recompute: \"true\"", "2:12: recompute: expected true or false, got the text \"true\""},
      {"schedule: 1f1B", "2:11: schedule: expected one of gpipe, 1f1b, zero_bubble, got \"1f1B\"; did you mean 1f1b?"},
      {"schedule: fast", "2:11: schedule: expected one of gpipe, 1f1b, zero_bubble, got \"fast\""},
      {"schedule: [gpipe]", "2:11: schedule: expected one of gpipe, 1f1b, zero_bubble, got a list"},
      {"notes: a", "2:8: notes: expected a list, got \"a\" | write [a, b] or one `- a` a line"},
      {"notes: [a, {b: c}]", "2:12: notes.1: expected a text, got a map"},
      {"stages: [1, two]", "2:13: stages.1: expected a whole number, got \"two\""},
      {"stages: [0]", "2:10: stages.0: must be at least 1, got 0"},
      {"bandwidth: 0.5 GB/s", "2:12: bandwidth: must be at least 1 GB/s, got 0.5 GB/s"},
      {"bandwidth: [1]",
       "2:12: bandwidth: expected a number with a unit of data rate, such as Gb/s or GB/s, got a list"},
      {"latency: -1 us", "2:10: latency: must be at least 0, got -1 us"},
      {"latency: {kind: measured}", "2:1: latency.value: required key is missing | add `value:` (the number itself)"},
      {"latency: {value: 1 us, kind: guess}",
       "2:30: latency.kind: expected one of datasheet, measured, fitted, assumed, got \"guess\""},
      {"latency: {value: 1 GB}",
       "2:18: latency.value: \"1 GB\" is in GB, a unit of data, but needs a unit of time | units of time: ps, ns, us, "
       "ms, s, min, h, d"},
      {"latency: {value: 1 us, sources: x}", "2:24: latency.sources: unknown key; did you mean source?"},
      {"overlap: true", "2:10: overlap: expected a map of keys, got \"true\""},
      {"overlap: tp:true", "2:10: overlap: expected a map of keys, got \"tp:true\" | write a space after the colon"},
      {"overlap: {dp: true}", "2:11: overlap.dp: unknown key; did you mean tp?"},
      {"fleet: {chip: x}", "2:8: fleet: expected a list, got a map | write [a, b] or one `- a` a line"},
      {"fleet: [x]", "2:9: fleet.0: expected a map of keys, got \"x\""},
      {"fleet: [{chip: x}, {count: 2}]",
       "2:20: fleet.1.chip: required key is missing | add `chip:` (name in the catalogue)"},
      {"degrade: [x]", "2:10: degrade: expected a map of names, got a list"},
      {"degrade: {rail0: {factor: -1}}", "2:27: degrade.rail0.factor: must be at least 0, got -1"},
      {"degrade: {\"\": {factor: 1}}", "2:11: degrade: expected a name, got an empty text"},
      {"degrade: {\"a b\": {factor: x}}", "2:27: degrade.\"a b\".factor: \"x\" is not a number"},
      {"title: y", "2:1: title: means the same as name in line 1 | keep one of them"},
      {"tokns: 5", "2:1: tokns: unknown key; did you mean tokens?"},
      {"tensor_model_parallel_size: 4",
       "2:1: tensor_model_parallel_size: unknown key; did you mean tensor-model-parallel-size?"},
      {"weather: 5",
       "2:1: weather: unknown key | valid keys: name, recompute, tokens, tp, ratio, schedule, notes, stages, "
       "bandwidth, "
       "latency, efficiency, limit, overlap, fleet, degrade"},
      {"tokens: 666", "2:9: tokens: does not divide | take 665"},
  }));
  CAPTURE(item.line);
  CHECK(brief_error_of("name: x\n" + std::string(item.line) + "\n") == item.error);
}

TEST_CASE("a text key takes any plain value but nothing, lists and maps") {
  CHECK(accepted("name: 2024\n").name == "2024");
  CHECK(accepted("name: \"\"\n").name.empty());
  CHECK(brief_error_of("name:\n") == "1:1: name: expected a text, got nothing");
  CHECK(brief_error_of("name: [a]\n") == "1:7: name: expected a text, got a list");
}

TEST_CASE("a whole number may be written as a power of ten and not beyond 2^53") {
  CHECK(accepted("name: x\ntokens: 1.5e3\n").tokens == 1500);
  CHECK(accepted("name: x\ntokens: 9007199254740992\n").tokens == 9007199254740992);
}

TEST_CASE("a root that is no map is refused") {
  CHECK(error_of("tp:8\n") ==
        "a.yaml:1:1: error: expected a map of keys\n  tp:8\n  ^\n"
        "  hint: write one `key: value` a line, with a space after the colon\n");
}

TEST_CASE("all mistakes of a file come in its order") {
  CHECK(
      error_of("schedle: gpipe\ntp: eight\nbandwidth: 400 GBs\nfleet:\n- count: 0\n") ==
      "a.yaml:1:1: error: name: required key is missing\n  schedle: gpipe\n  ^\n  hint: add `name:` (what to call it)\n"
      "a.yaml:1:1: error: schedle: unknown key; did you mean schedule?\n  schedle: gpipe\n  ^\n"
      "a.yaml:2:5: error: tp: expected a whole number, got \"eight\"\n  tp: eight\n      ^\n"
      "a.yaml:3:12: error: bandwidth: \"400 GBs\" has an unknown unit \"GBs\"; did you mean GB/s?\n"
      "  bandwidth: 400 GBs\n             ^\n"
      "  hint: units of data rate: B/s, b/s, kB/s, kb/s, MB/s, Mb/s, GB/s, Gb/s, TB/s, Tb/s, PB/s, Pb/s, EB/s, Eb/s, "
      "KiB/s, Kib/s, MiB/s, Mib/s, GiB/s, Gib/s, TiB/s, Tib/s, PiB/s, Pib/s\n"
      "a.yaml:5:3: error: fleet.0.chip: required key is missing\n  - count: 0\n    ^\n  hint: add `chip:` (name in the "
      "catalogue)\n"
      "a.yaml:5:10: error: fleet.0.count: must be at least 1, got 0\n  - count: 0\n           ^\n");
}

TEST_CASE("beyond a hundred messages only their number is told") {
  std::string text = "name: x\n";
  for (int i = 0; i < 150; ++i) text += "unknown_" + std::to_string(i) + ": 1\n";
  CHECK_THAT(error_of(text), ContainsSubstring("error: and 50 more errors\n"));
}

TEST_CASE("a complaint may say that the input is infeasible") {
  try {
    (void)accepted("name: x\ntokens: 666\n");
    FAIL("accepted");
  } catch (const InputError& error) {
    CHECK(error.exit_code() == ExitCode::infeasible);
  }
}

TEST_CASE("a value of the command line is named by its option") {
  Value value = read_yaml_text("name: x\n", "a.yaml");
  set_value(value, "tp", "eight");
  Diagnostics diagnostics;
  (void)read<Sample>(value, diagnostics);
  CHECK_THROWS_WITH(diagnostics.throw_if_any(), "--set tp: error: tp: expected a whole number, got \"eight\"\n");
}
