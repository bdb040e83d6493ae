#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>
#include <utility>

#include "tests/cli/shell.hpp"
#include "tests/support/catch.hpp"

using nlohmann::json;
using namespace sim::test;

namespace {

const std::string kSmall =
    "\"$simulate\" scenarios/quickstart.yaml --set training.global_batch=16 --set 'parallel={tp: 2, pp: 2, vpp: 2, "
    "dp: 2, micro_batch: 1, sequence_parallel: true, overlap: {pp: true}}' --json";

/// A folder of its own that goes with the test.
class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "trace_XXXXXX").string();
    path_ = mkdtemp(name.data());
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  [[nodiscard]] std::string file(const std::string& name) const { return path_ + "/" + name; }
  [[nodiscard]] std::string path() const { return path_; }

 private:
  std::string path_;
};

std::string content(const std::string& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

/// Nanoseconds as the viewer takes them.
std::int64_t nanoseconds(const json& microseconds) {
  return static_cast<std::int64_t>(microseconds.get<double>() * 1000.0);
}

struct Slice {
  std::int64_t from, to;
};

/// What the trace event format asks of each kind of event.
void check_schema(const json& event) {
  CAPTURE(event.dump());
  const std::string phase = event.at("ph");
  REQUIRE(std::string("XMCsf").find(phase) != std::string::npos);
  CHECK(event.at("name").is_string());
  CHECK(event.at("pid").is_number_integer());
  if (phase != "C") CHECK(event.at("tid").is_number_integer());
  if (phase != "M") CHECK((event.at("ts").is_number() && event.at("ts") >= 0));
  if (phase == "X") CHECK((event.at("dur").is_number() && event.at("dur") >= 0 && event.at("cat").is_string()));
  if (phase == "C") {
    for (const auto& [key, value] : event.at("args").items()) CHECK(value.is_number());
  }
  if (phase == "s" || phase == "f") CHECK(event.at("id").is_number_integer());
}

using Threads = std::map<std::pair<int, int>, std::vector<Slice>>;

/// Opens the slices of each thread as Perfetto's slice tracker does: in the order of their times, it refuses one that
/// ends after a slice that is still open.
Threads check_nesting(const json& events) {
  Threads threads;
  for (const json& event : events) {
    if (event["ph"] != "X") continue;
    const std::int64_t from = nanoseconds(event["ts"]);
    threads[{event["pid"], event["tid"]}].push_back({from, from + nanoseconds(event["dur"])});
  }
  std::size_t dropped = 0;
  for (auto& [thread, slices] : threads) {
    std::stable_sort(slices.begin(), slices.end(), [](const Slice& a, const Slice& b) { return a.from < b.from; });
    std::vector<Slice> open;
    for (const Slice& slice : slices) {
      while (!open.empty() && open.back().to <= slice.from) open.pop_back();
      if (!open.empty() && slice.to > open.back().to) ++dropped;
      open.push_back(slice);
    }
  }
  CHECK(dropped == 0);
  return threads;
}

/// Every arrow has one start and one end, forward in time, each at the beginning of a slice of its thread.
std::size_t check_arrows(const json& events, const Threads& threads) {
  std::map<std::int64_t, std::int64_t> from, to;
  for (const json& event : events) {
    if (event["ph"] != "s" && event["ph"] != "f") continue;
    const std::int64_t at = nanoseconds(event["ts"]);
    const std::vector<Slice>& slices = threads.at({event["pid"], event["tid"]});
    CHECK(std::any_of(slices.begin(), slices.end(), [at](const Slice& slice) { return slice.from == at; }));
    CHECK((event["ph"] == "s" ? from : to).emplace(event["id"], at).second);
  }
  CHECK(from.size() == to.size());
  for (const auto& [id, at] : from) CHECK(at <= to.at(id));
  return from.size();
}

}  // namespace

TEST_CASE("a trace keeps to the format, nests, and its arrows join what there is") {
  const Folder folder;
  const std::string path = folder.file("t.json");
  const json answer = json::parse(output_of(kSmall + " --trace " + path));
  const json trace = json::parse(content(path));
  for (const json& event : trace.at("traceEvents")) check_schema(event);
  const Threads threads = check_nesting(trace["traceEvents"]);
  CHECK(check_arrows(trace["traceEvents"], threads) == 6 * 8);  // 3 borders, both ways, 8 micro-batches
  const double seconds = answer["iteration"]["seconds"];
  CHECK(trace["otherData"]["iteration_picoseconds"].get<double>() * 1e-12 == seconds);
  std::int64_t last = 0;
  for (const auto& [thread, slices] : threads) {
    for (const Slice& slice : slices) last = std::max(last, slice.to);
  }
  CHECK(last == trace["otherData"]["iteration_picoseconds"].get<std::int64_t>() / 1000);
}

TEST_CASE("a trace changes nothing in the answer, and the same input gives the same trace") {
  const Folder folder;
  const auto answer_of = [](const std::string& text) {
    json answer = json::parse(text);
    answer.erase("simulation");
    return answer;
  };
  CHECK(answer_of(output_of(kSmall)) == answer_of(output_of(kSmall + " --trace " + folder.file("a.json.gz"))));
  CHECK(answer_of(output_of(kSmall)) == answer_of(output_of(kSmall + " --trace " + folder.file("b.json.gz"))));
  CHECK(content(folder.file("a.json.gz")) == content(folder.file("b.json.gz")));
}

TEST_CASE("a compressed trace holds the same text") {
  const Folder folder;
  (void)output_of(kSmall + " --trace " + folder.file("t.json"));
  (void)output_of(kSmall + " --trace " + folder.file("t.json.gz"));
  CHECK(output_of("gzip -dc " + folder.file("t.json.gz")) == content(folder.file("t.json")));
  CHECK(content(folder.file("t.json.gz")).size() * 5 < content(folder.file("t.json")).size());
}

TEST_CASE("a trace of some ranks has their processes only, and iterations repeat") {
  const Folder folder;
  (void)output_of(kSmall + " --trace-ranks 7,4 --trace-iterations 3 --trace " + folder.file("t.json"));
  const json trace = json::parse(content(folder.file("t.json")));
  const json& about = trace["otherData"];
  REQUIRE(about["processes"].size() == 1);
  CHECK(about["processes"][0]["stage"] == 1);
  CHECK(about["iterations"] == 3);
  std::map<std::string, int> steps;
  for (const json& event : trace["traceEvents"]) {
    if (event["ph"] == "X") ++steps[event["cat"].get<std::string>()];
  }
  CHECK(steps["step"] == 3);
  CHECK(steps["pass"] == 3 * 8 * 2 * 2);  // 8 micro-batches, 2 chunks, forward and backward
  (void)check_nesting(trace["traceEvents"]);
}

TEST_CASE("the trace of 10,000 chips is small, and says what it leaves out (slow)") {
  const Folder folder;
  const Shell run = shell("\"$simulate\" scenarios/gpt4_a100.yaml --json --no-gains --trace " + folder.file("t.json"));
  CHECK(run.code == 0);
  CHECK_THAT(run.err, ContainsSubstring("left out kernels"));
  CHECK(std::filesystem::file_size(folder.file("t.json")) < 50000000);
  CHECK(shell("\"$simulate\" scenarios/gpt4_a100.yaml -q --json --no-gains --trace " + folder.file("t.json"))
            .err.empty());
}

TEST_CASE("what cannot be traced is refused, and leaves no file") {
  const Folder folder;
  const std::string path = folder.file("t.json");
  const Shell rank = shell(kSmall + " --trace-ranks 8 --trace " + path);
  CHECK(rank.code == 2);
  CHECK_THAT(rank.err, ContainsSubstring("there is no rank 8"));
  CHECK(rank.out.empty());
  CHECK(shell(kSmall + " --trace-ranks 0").code == 2);       // needs --trace
  CHECK(shell(kSmall + " --trace-iterations 2").code == 2);  // needs --trace
  CHECK(shell(kSmall + " --trace-iterations 0 --trace " + path).code == 2);
  CHECK(shell(kSmall + " --print-config --trace " + path).code == 2);
  CHECK(shell(kSmall + " --trace ''").code == 2);
  const Shell nowhere = shell(kSmall + " --trace " + folder.file("no/such/folder.json"));
  CHECK(nowhere.code == 2);
  CHECK_THAT(nowhere.err, ContainsSubstring("cannot be written"));
  CHECK(std::filesystem::is_empty(folder.path()));
  CHECK(shell(kSmall + " --trace /dev/full").code == 2);
}
