#include <nlohmann/json.hpp>
#include <string>

#include "tests/cli/shell.hpp"
#include "tests/support/catch.hpp"

using nlohmann::json;
using namespace sim::test;

namespace {

/// A line of bash with a folder $traces that goes afterwards.
std::string with_traces(const std::string& line) {
  return "folder=$(mktemp -d); traces=$folder/traces; status=0; { " + line +
         "; } || status=$?; rm -rf \"$folder\"; exit \"$status\"";
}

const std::string kWrite =
    "\"$simulate\" scenarios/quickstart.yaml --set training.global_batch=8 --no-gains --quiet --json --chakra "
    "\"$traces\"";

}  // namespace

TEST_CASE("run --chakra writes a file a rank, and replay gives the iteration of run") {
  const json run = json::parse(output_of(with_traces(kWrite)));
  const std::string replay = with_traces(kWrite +
                                         " >/dev/null && \"$simulate\" replay \"$traces\" --fleet "
                                         "scenarios/quickstart.yaml --json");
  const json replayed = json::parse(output_of(replay));
  CHECK_THAT(replayed["seconds"].get<double>(), WithinRel(run["iteration"]["seconds"].get<double>(), 1e-5));
  CHECK(replayed["ranks"].size() == 8);
  CHECK(replayed["not_understood"].empty());
  const json named = json::parse(output_of(with_traces(
      kWrite + " >/dev/null && \"$simulate\" replay \"$traces/quickstart\" --topology dgx_h100_single --json")));
  CHECK(named["seconds"] == replayed["seconds"]);
}

TEST_CASE("run --chakra-ranks writes the named ranks and their groups") {
  const std::string files = output_of(with_traces(kWrite + " --chakra-ranks 1,0 >/dev/null && ls \"$traces\""));
  CHECK(files == "quickstart.0.et\nquickstart.1.et\nquickstart.groups.json\n");
}

// An H100 has 989 TFLOPS and 3.35 TB/s, an H20 148 and 4.0 (catalog/chips): without num_ops durations scale by memory.
TEST_CASE("replay --measured-on scales durations by the ratio of the parts") {
  const auto compute_on = [](const std::string& chip) {
    const std::string line = kWrite +
                             " >/dev/null && \"$simulate\" replay \"$traces\" --topology dgx_h100_single --json" +
                             (chip.empty() ? "" : " --measured-on " + chip);
    return json::parse(output_of(with_traces(line)))["mean"]["compute"].get<double>();
  };
  CHECK_THAT(compute_on("H20-SXM-96GB") / compute_on(""), WithinRel(4.0 / 3.35, 0.01));
}

TEST_CASE("replay says which rank computes most, and where its time goes") {
  const std::string text =
      output_of(with_traces(kWrite + " >/dev/null && \"$simulate\" replay \"$traces\" --topology dgx_h100_single"));
  CHECK_THAT(text, ContainsSubstring("quickstart: execution traces on 8 x H100-SXM5-80GB, dgx_h100_single"));
  CHECK_THAT(text, ContainsSubstring("<- computes most"));
  CHECK_THAT(text, ContainsSubstring("mean"));
}
