#include <nlohmann/json.hpp>

#include "sim/base/version.hpp"
#include "tests/cli/shell.hpp"
#include "tests/support/catch.hpp"

using nlohmann::json;
using sim::test::lines_of;
using sim::test::output_of;
using sim::test::Shell;
using sim::test::shell;
using sim::test::yaml_names;

namespace {

const std::string kQuick = "scenarios/quickstart.yaml";

// The only fields that may differ between two runs are those that measure the simulation itself.
json without_clock(json answer) {
  answer.at("simulation").erase("cpu_seconds");
  answer.at("simulation").erase("phases");
  return answer;
}

}  // namespace

TEST_CASE("the option --version is the version of the project, then which build of it this is") {
  const std::vector<std::string> lines = lines_of(output_of("\"$simulate\" --version"));
  REQUIRE(lines.size() == 2);
  CHECK(lines[0] == "simulate " SIM_PROJECT_VERSION);
  CHECK(lines[1].find(" build, ") != std::string::npos);
  CHECK(std::string(sim::kVersion) == SIM_PROJECT_VERSION);
}

TEST_CASE("the option --help shows examples before options, on standard output") {
  const Shell help = shell("\"$simulate\" --help");
  CHECK(help.code == 0);
  CHECK(help.err.empty());
  const std::size_t examples = help.out.find("Examples:");
  REQUIRE(examples != std::string::npos);
  CHECK(examples < help.out.find("--json  "));
  CHECK(examples < help.out.find("Options:"));
}

TEST_CASE("a file alone means run, and a dash is standard input") {
  const std::string answer = output_of("\"$simulate\" run " + kQuick);
  CHECK(output_of("\"$simulate\" " + kQuick) == answer);
  CHECK(output_of("\"$simulate\" - <" + kQuick) == answer);
  CHECK(output_of("\"$simulate\" run - <" + kQuick) == answer);
}

TEST_CASE("the JSON answer has the fields that others rely on") {
  const json answer = json::parse(output_of("\"$simulate\" " + kQuick + " --json"));
  const auto has = [&answer](const std::string& path) {
    CAPTURE(path);
    CHECK(answer.contains(json::json_pointer(path)));
  };
  for (const char* path : {"/schema_version",
                           "/scenario",
                           "/fleet/chips",
                           "/fleet/used",
                           "/fleet/spare",
                           "/fleet/entries/0/chip",
                           "/strategy/tp",
                           "/strategy/pp",
                           "/strategy/dp",
                           "/iteration/seconds",
                           "/iteration/tokens",
                           "/iteration/model_flops",
                           "/iteration/breakdown_seconds/tensor_compute",
                           "/mfu",
                           "/hfu",
                           "/tokens_per_second_per_chip",
                           "/memory/capacity_bytes",
                           "/memory/peak_bytes",
                           "/memory/fits",
                           "/memory/stages/0/total_bytes",
                           "/run/ideal_days",
                           "/barrel/0/stave",
                           "/barrel/0/share",
                           "/simulation/ranks",
                           "/simulation/cells",
                           "/simulation/events",
                           "/simulation/cpu_seconds",
                           "/simulation/folded",
                           "/simulation/certificate",
                           "/simulation/instability",
                           "/checks/six_nd_days"}) {
    has(path);
  }
}

TEST_CASE("the numbers of an answer agree with each other") {
  const json answer = json::parse(output_of("\"$simulate\" " + kQuick + " --json"));
  const double seconds = answer["iteration"]["seconds"];
  double booked = 0, shares = 0;
  for (const auto& [stave, part] : answer["iteration"]["breakdown_seconds"].items()) booked += part.get<double>();
  for (const json& stave : answer["barrel"]) shares += stave["share"].get<double>();
  CHECK_THAT(booked, WithinRel(seconds, 1e-9));
  CHECK_THAT(shares, WithinRel(1.0, 1e-9));
  // 8 chips, 512 sequences of 4096 tokens a step.
  CHECK(answer["iteration"]["tokens"] == 512 * 4096);
  CHECK_THAT(answer["tokens_per_second_per_chip"].get<double>(), WithinRel(512 * 4096 / seconds / 8, 1e-9));
  // 100e9 tokens are 47,684 steps, the last one not full.
  CHECK_THAT(answer["run"]["ideal_days"].get<double>(), WithinRel(47684 * seconds / 86400, 1e-9));
  // The H100 has 989.4 dense bf16 TFLOP/s.
  const double flops = answer["iteration"]["model_flops"];
  CHECK_THAT(answer["mfu"].get<double>(), WithinRel(flops / (seconds * 8 * 989.4e12), 1e-3));
  CHECK(answer["fleet"]["used"].get<int>() + answer["fleet"]["spare"].get<int>() ==
        answer["fleet"]["chips"].get<int>());
}

TEST_CASE("data goes to standard output, messages to standard error") {
  for (const char* line :
       {"\"$simulate\" scenarios/quickstart.yaml", "\"$simulate\" chips", "\"$simulate\" models --json",
        "\"$simulate\" memory scenarios/quickstart.yaml", "\"$simulate\" topology dgx_h100_single"}) {
    CAPTURE(line);
    const Shell good = shell(line);
    CHECK(good.code == 0);
    CHECK(!good.out.empty());
    CHECK(good.err.empty());
  }
  const Shell bad = shell("\"$simulate\" " + kQuick + " --set parallel.tp=3 --json");
  CHECK(bad.code == 3);
  CHECK(bad.out.empty());
  CHECK_THAT(bad.err, ContainsSubstring("error: parallel.tp"));
}

TEST_CASE("no escape codes are printed where there is no terminal") {
  CHECK(output_of("\"$simulate\" " + kQuick).find('\033') == std::string::npos);
}

// `script` lends the command a terminal.
TEST_CASE("NO_COLOR and --no-color keep a terminal plain") {
  if (shell("command -v script").code != 0) return;
  const auto on_terminal = [](const std::string& prefix, const std::string& options) {
    return output_of(prefix + " script -qec \"$simulate scenarios/quickstart.yaml" + options + "\" /dev/null");
  };
  CHECK(on_terminal("NO_COLOR=1", "").find('\033') == std::string::npos);
  CHECK(on_terminal("env -u NO_COLOR", " --no-color").find('\033') == std::string::npos);
}

TEST_CASE("a reader that closes its pipe early gets no message") {
  const Shell result = shell("\"$simulate\" chips | head -1");
  CHECK(result.code == 0);
  CHECK(lines_of(result.out).size() == 1);
  CHECK(result.err.empty());
}

TEST_CASE("output that cannot be written is an error") {
  for (const char* line :
       {"\"$simulate\" chips >/dev/full", "\"$simulate\" scenarios/quickstart.yaml --json >/dev/full"}) {
    const Shell result = shell(line);
    CHECK(result.code == 2);
    CHECK_THAT(result.err, ContainsSubstring("No space left"));
  }
}

TEST_CASE("two runs print the same bytes") {
  CHECK(output_of("\"$simulate\" " + kQuick) == output_of("\"$simulate\" " + kQuick));
  const std::string line = "\"$simulate\" scenarios/gpt3_175b_a100.yaml --json";
  CHECK(without_clock(json::parse(output_of(line))).dump() == without_clock(json::parse(output_of(line))).dump());
}

TEST_CASE("the option --no-fold gives the same iteration and simulates every rank") {
  const json folded = json::parse(output_of("\"$simulate\" " + kQuick + " --json"));
  const json full = json::parse(output_of("\"$simulate\" " + kQuick + " --json --no-fold"));
  CHECK(full["iteration"]["seconds"] == folded["iteration"]["seconds"]);
  CHECK(full["simulation"]["cells"] == full["simulation"]["ranks"]);
  CHECK(folded["simulation"]["cells"] < folded["simulation"]["ranks"]);
}

TEST_CASE("the option --set overrides a key, the last one wins") {
  const std::string halved = output_of("\"$simulate\" " + kQuick + " --set training.tokens=50e9 --json");
  // 50e9 / (512 x 4096) = 23,841.9 steps
  CHECK(json::parse(halved)["run"]["steps"] == 23842);
  const std::string twice =
      output_of("\"$simulate\" " + kQuick + " --set training.tokens=1e9 --set training.tokens=50e9 --json");
  CHECK(json::parse(twice)["run"]["steps"] == 23842);
}

TEST_CASE("what --print-config writes is a scenario with the same answer (slow)") {
  for (const std::string& name : yaml_names("scenarios")) {
    CAPTURE(name);
    const std::string file = "scenarios/" + name + ".yaml";
    const std::string printed = "\"$simulate\" " + file + " --print-config | \"$simulate\" - --json --no-gains";
    const json answer = without_clock(json::parse(output_of("set -o pipefail; " + printed)));
    CHECK(answer == without_clock(json::parse(output_of("\"$simulate\" " + file + " --json --no-gains"))));
  }
}

TEST_CASE("the option --print-config says where each value comes from") {
  const std::string printed = output_of("\"$simulate\" " + kQuick + " --print-config --set parallel.zero=0");
  CHECK_THAT(printed, ContainsSubstring("zero: 0  # from --set parallel.zero"));
  CHECK_THAT(printed, ContainsSubstring("global_batch: 512  # from scenarios/quickstart.yaml:"));
  CHECK_THAT(printed, ContainsSubstring("optimizer: adam  # default"));
}

TEST_CASE("every part and model of the catalogue is listed, as text and as data") {
  const auto shelf = GENERATE(as<std::string>{}, "chips", "models");
  const std::vector<std::string> files = yaml_names("catalog/" + shelf);
  const json listed = json::parse(output_of("\"$simulate\" " + shelf + " --json"));
  const std::string text = output_of("\"$simulate\" " + shelf);
  CHECK(listed.size() == files.size());
  for (const json& entry : listed) CHECK_THAT(text, ContainsSubstring(entry["id"].get<std::string>()));
}

TEST_CASE("every topology can be measured") {
  for (const std::string& name : yaml_names("topologies")) {
    const json shown = json::parse(output_of("\"$simulate\" topology " + name + " --json"));
    CAPTURE(name);
    CHECK(!shown.empty());
    CHECK(!output_of("\"$simulate\" topology topologies/" + name + ".yaml").empty());
  }
}

TEST_CASE("the topology of a scenario is that of its fleet") {
  CHECK_THAT(output_of("\"$simulate\" topology " + kQuick), ContainsSubstring("8 chips"));
  CHECK_THAT(output_of("\"$simulate\" topology scenarios/gpt3_175b_a100.yaml"), ContainsSubstring("1024 chips"));
}

TEST_CASE("the program finds its data from any folder") {
  CHECK(output_of("cd / && \"$simulate\" chips") == output_of("\"$simulate\" chips"));
}
