#include <nlohmann/json.hpp>

#include "tests/cli/shell.hpp"
#include "tests/support/catch.hpp"

using nlohmann::json;
using sim::test::lines_of;
using sim::test::output_of;
using sim::test::Shell;
using sim::test::shell;

TEST_CASE("schedule draws one row a stage, within 160 columns without a terminal") {
  const std::string text = output_of("\"$simulate\" schedule 1f1b --pp 8 --microbatches 16");
  CHECK(text.find('\033') == std::string::npos);
  const std::vector<std::string> lines = lines_of(text);
  for (int stage = 0; stage < 8; ++stage) {
    const std::string& row = lines.at(static_cast<std::size_t>(2 + stage));
    CHECK(row.rfind("  " + std::to_string(stage) + "  ", 0) == 0);
    CHECK(row.size() <= 160);
  }
  // 16 micro-batches of 3 and a bubble of 7 x 3.
  CHECK_THAT(text, ContainsSubstring("bubble       21 = 30.4 % of the time"));
}

TEST_CASE("schedule --json has the spans and the bubble as a fraction") {
  const json drawing = json::parse(output_of("\"$simulate\" schedule zb_h1 --pp 4 --microbatches 8 --json"));
  CHECK(drawing["bubble"] == 3);  // (pp - 1)(F + I - W)
  CHECK(drawing["closed_form"]["value"] == 3);
  CHECK_THAT(drawing["bubble_share"].get<double>(), WithinRel(3.0 / 27, 1e-12));
  REQUIRE(drawing["stages"].size() == 4);
  for (const json& stage : drawing["stages"]) {
    CHECK(stage["tasks"].size() == 3 * 8);
    CHECK(stage["held"] == json::array({4}));
    double free = 0;
    for (const json& task : stage["tasks"]) {
      CHECK(task["begin"].get<double>() >= free);
      free = task["end"];
    }
  }
}

TEST_CASE("schedule without a name lists the kinds that scenarios name") {
  const json list = json::parse(output_of("\"$simulate\" schedule --json"));
  CHECK(list.size() == 10);
  for (const json& kind : list) {
    (void)output_of("\"$simulate\" schedule " + kind["name"].get<std::string>());
  }
}

TEST_CASE("schedule --svg leaves a whole picture or nothing") {
  CHECK(output_of(
            "d=$(mktemp -d); \"$simulate\" schedule zb_v --svg $d/a.svg >$d/out; \"$simulate\" schedule gpipe --svg "
            "$d/a.svg >$d/out; ls $d; head -c 4 $d/a.svg; tail -c 7 $d/a.svg; grep -c 'gpipe: 4 stages' $d/a.svg; rm "
            "-r $d") == "a.svg\nout\n<svg</svg>\n2\n");
  const Shell nowhere = shell("\"$simulate\" schedule gpipe --svg /no/such/folder/a.svg");
  CHECK(nowhere.code == 2);
  CHECK(nowhere.out.empty());
  CHECK_THAT(nowhere.err, ContainsSubstring("/no/such/folder/a.svg: cannot be written: No such file"));
  CHECK(shell("\"$simulate\" schedule gpipe --svg /dev/full").code == 2);
  CHECK(shell("\"$simulate\" schedule gpipe --svg /dev/null && test -c /dev/null").code == 0);
}

TEST_CASE("schedule refuses unknown names and counts as usage, impossible counts as infeasible") {
  const Shell unknown = shell("\"$simulate\" schedule zbv");
  CHECK(unknown.code == 2);
  CHECK_THAT(unknown.err, ContainsSubstring("there is no schedule zbv") && ContainsSubstring("did you mean zb_v?"));
  CHECK(shell("\"$simulate\" schedule 1f1b --pp 0").code == 2);
  CHECK(shell("\"$simulate\" schedule 1f1b --forward -1").code == 2);
  CHECK(shell("\"$simulate\" schedule dualpipe --pp 3").code == 3);
  CHECK(shell("\"$simulate\" schedule zb_v --pp 4 --microbatches 2").code == 3);
  CHECK(shell("\"$simulate\" schedule gpipe --vpp 2").code == 3);
  CHECK(shell("\"$simulate\" schedule gpipe --pp 1024 --microbatches 100000").code == 3);
}

TEST_CASE("schedule on a terminal has colours, but not under NO_COLOR") {
  if (shell("command -v script").code != 0) return;
  const auto on_terminal = [](const std::string& prefix) {
    return shell(prefix + " script -qec \"$simulate schedule zb_h1\" /dev/null").out;
  };
  CHECK(on_terminal("env -u NO_COLOR").find("\033[30;44mF0") != std::string::npos);
  CHECK(on_terminal("NO_COLOR=1").find('\033') == std::string::npos);
}

TEST_CASE("schedule --yaml writes a file that --file draws and a scenario runs") {
  const std::string sizes = " --pp 2 --microbatches 128";
  const std::string in_folder = "d=$(mktemp -d); trap 'rm -r $d' EXIT; \"$simulate\" schedule 1f1b" + sizes +
                                " --yaml >$d/order.yaml; cp " + std::string("scenarios/quickstart.yaml $d/it.yaml; ");
  const std::string keys = " --set 'parallel={tp: 2, pp: 2, sequence_parallel: true, zero: 1, ";
  const std::string drawn = output_of("\"$simulate\" schedule 1f1b" + sizes);
  const std::string from_file = output_of(in_folder + "\"$simulate\" schedule --file $d/order.yaml");
  // All but the first line, which names it, and the closed form, which a file has not.
  CHECK(lines_of(from_file)[2] == lines_of(drawn)[2]);
  CHECK(lines_of(from_file)[3] == lines_of(drawn)[3]);
  CHECK(shell("\"$simulate\" schedule 1f1b --file x.yaml").code == 2);
  CHECK(shell("\"$simulate\" schedule --pp 2 --file x.yaml").code == 2);
  // 512 sequences over two replicas of pipelines of two stages are 256 micro-batches; of two sequences each, 128.
  const std::string run = "\"$simulate\" $d/it.yaml" + keys + "micro_batch: 2, ";
  const std::string made = output_of(in_folder + run + "schedule: 1f1b}' --json");
  const std::string read = output_of(in_folder + run + "schedule_file: '$d'/order.yaml}' --json");
  CHECK(json::parse(made)["iteration"]["seconds"] == json::parse(read)["iteration"]["seconds"]);
  CHECK(json::parse(read)["strategy"]["schedule"] == "file");
  CHECK_THAT(json::parse(read)["strategy"]["schedule_file"].get<std::string>(), ContainsSubstring("/order.yaml"));
  CHECK_THAT(output_of(in_folder + run + "schedule_file: '$d'/order.yaml}'"), ContainsSubstring("schedule from /"));
}

TEST_CASE("a schedule file lies beside its scenario, and --print-config says where it is") {
  const std::string prepare =
      "d=$(mktemp -d); trap 'rm -r $d' EXIT; \"$simulate\" schedule 1f1b --pp 2 --microbatches 256 --yaml "
      ">$d/order.yaml; sed -e 's/^parallel:/parallel:\\n  schedule_file: order.yaml/' -e 's/ pp: 1/ pp: 2/' -e 's/ dp: "
      "4/ dp: 2/' "
      "scenarios/quickstart.yaml >$d/it.yaml; ";
  CHECK_THAT(output_of(prepare + "\"$simulate\" $d/it.yaml"), ContainsSubstring("schedule from /"));
  CHECK_THAT(output_of(prepare + "\"$simulate\" memory $d/it.yaml"), ContainsSubstring("schedule from /"));
  CHECK_THAT(output_of(prepare + "\"$simulate\" $d/it.yaml --print-config | \"$simulate\" -"),
             ContainsSubstring("schedule from /"));
}
