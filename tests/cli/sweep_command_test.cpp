#include <nlohmann/json.hpp>

#include "tests/cli/shell.hpp"
#include "tests/support/catch.hpp"

using Catch::Matchers::ContainsSubstring;
using sim::test::lines_of;
using sim::test::output_of;
using sim::test::Shell;
using sim::test::shell;

namespace {

// A folder $d with a study of 6 points, two of which need more chips than there are.
const std::string kStudy =
    "d=$(mktemp -d); trap 'rm -rf $d' EXIT; printf 'scenario: %s/scenarios/quickstart.yaml\\naxes:\\n"
    "  - {key: parallel.tp, values: [2, 4]}\\n  - {key: training.tokens, values: [10e9, 20e9, 30e9]}\\n' \"$PWD\" "
    ">$d/s.yaml; s() { \"$simulate\" --quiet \"$@\"; }; ";

}  // namespace

TEST_CASE("a sweep writes a header and a row a point, whose numbers are those of a run") {
  const std::vector<std::string> lines =
      lines_of(output_of(kStudy + "s sweep $d/s.yaml -o $d/a.jsonl --json >$d/b; cmp $d/b $d/a.jsonl; cat $d/a.jsonl"));
  REQUIRE(lines.size() == 7);
  const auto header = nlohmann::json::parse(lines[0]), row = nlohmann::json::parse(lines[2]);
  CHECK(header["axes"] == nlohmann::json{"parallel.tp", "training.tokens"});
  CHECK(header["points"] == 6);
  const auto run = nlohmann::json::parse(
      output_of("\"$simulate\" scenarios/quickstart.yaml --set parallel.tp=2 --set training.tokens=20e9 --json"));
  CHECK(row["index"] == 1);
  CHECK(row["keys"] == nlohmann::json{{"parallel.tp", 2}, {"training.tokens", 20000000000}});
  CHECK(row["days"] == run["run"]["days"]);
  CHECK(row["cost_usd"]["p90"] == run["run"]["cost_usd"]["p90"]);
  CHECK(row["breakdown_seconds"] == run["iteration"]["breakdown_seconds"]);
  CHECK(row["shortest_stave"] == run["barrel"][0]["stave"]);
  // Watts of the whole fleet: its energy over its time, medians of both.
  const double watts = run["run"]["energy_mwh"]["p50"].get<double>() / run["run"]["days"]["p50"].get<double>() / 24;
  CHECK(row["mean_power_mw"].get<double>() == Approx(watts));
  const auto infeasible = nlohmann::json::parse(lines[6]);
  CHECK(infeasible["status"] == "infeasible");
  CHECK_THAT(infeasible["message"].get<std::string>(), ContainsSubstring("more than the 8 chips"));
}

TEST_CASE("shards of any number join to the same bytes, as JSON Lines, CSV and SQLite") {
  CHECK(output_of(kStudy + "s sweep $d/s.yaml -o $d/a --csv $d/a.csv --jobs 2 >$d/text; for i in 0 1 2 3; do "
                           "s sweep $d/s.yaml -o $d/part$i --shard $i/4 >>$d/text; done; "
                           "s merge $d/part2 $d/part0 $d/part3 $d/part1 -o $d/b --csv $d/b.csv --sqlite $d/b.db "
                           ">>$d/text; cmp $d/a $d/b && cmp $d/a.csv $d/b.csv && echo same; "
                           "! command -v sqlite3 >/dev/null || sqlite3 $d/b.db 'select count(*), "
                           "sum(\"days.p50\" > 0) from points' | cmp - <(echo '6|3')") == "same\n");
}

TEST_CASE("a finished sweep is not simulated again, and its folder holds nothing else") {
  const Shell again = shell(kStudy +
                            "s sweep $d/s.yaml -o $d/a >$d/1; stat -c %i $d/a >$d/2; \"$simulate\" sweep "
                            "$d/s.yaml -o $d/a >$d/3; stat -c %i $d/a | cmp - $d/2; cmp $d/1 $d/3; ls $d");
  CHECK(again.out == "1\n2\n3\na\ns.yaml\n");
  CHECK_THAT(again.err, ContainsSubstring("holds all its points already"));
}

TEST_CASE("a changed study, scenario or catalogue is another sweep") {
  const std::string changed = kStudy + "s sweep $d/s.yaml -o $d/a >$d/1; ";
  const Shell study = shell(changed + "sed -i s/30e9/40e9/ $d/s.yaml; s sweep $d/s.yaml -o $d/a");
  CHECK(study.code == 2);
  CHECK_THAT(study.err, ContainsSubstring("another sweep"));
  const Shell catalogue = shell(changed +
                                "mkdir $d/data; cp -r catalog topologies $d/data; echo '# x' "
                                ">>$d/data/catalog/chips/h20-sxm-96gb.yaml; SIM_DATA_DIR=$d/data s sweep "
                                "$d/s.yaml -o $d/a");
  CHECK(catalogue.code == 2);
}

TEST_CASE("a sweep of which a named file has changed is another sweep, whatever the file is called") {
  struct Named {
    std::string file, study;
  };
  const Named named = GENERATE(values<Named>(
      {{"c.yaml",
        "echo 'like: h100-sxm5-80gb' >$d/c.yaml; printf 'scenario: %s/scenarios/quickstart.yaml\\n"
        "axes: [{key: fleet.0.chip, values: [%s/c.yaml]}]\\n' \"$PWD\" $d >$d/s.yaml; "},
       {"fitted",
        "echo 'links: {nvlink4: {in_step_share: 0.7}}' >$d/fitted; printf 'include: %s/scenarios/quickstart.yaml\\n"
        "calibration: fitted\\n' \"$PWD\" >$d/base.yaml; sed -i 's|^scenario: .*|scenario: base.yaml|' $d/s.yaml; "}}));
  CAPTURE(named.file);
  const std::string sweep = "s sweep $d/s.yaml -o $d/a";
  const Shell changed =
      shell(kStudy + named.study + sweep + " >$d/1 || exit 9; echo '# x' >>$d/" + named.file + "; " + sweep);
  CHECK(changed.code == 2);
  CHECK_THAT(changed.err, ContainsSubstring("another sweep"));
}

TEST_CASE("a first point that the reader refuses is a row like any other") {
  CHECK(output_of(kStudy +
                  "printf 'scenario: %s/scenarios/quickstart.yaml\\naxes: [{key: parallel.tp, values: [wide, 2]}]\\n' "
                  "\"$PWD\" >$d/s.yaml; s sweep $d/s.yaml -o $d/a --json | grep -o '\"status\":\"[a-z]*\"'") ==
        "\"status\":\"refused\"\n\"status\":\"ok\"\n");
}

TEST_CASE("a sweep: --fail-if ends with 4 when it holds of a point, and names the point") {
  const Shell held = shell(kStudy + "s sweep $d/s.yaml -o $d/a --fail-if 'days > 3.5'");
  CHECK(held.code == 4);
  CHECK_THAT(held.err, ContainsSubstring("training.tokens=30e9") || ContainsSubstring("training.tokens=30000000000"));
  CHECK(shell(kStudy + "s sweep $d/s.yaml -o $d/a --fail-if 'days > 1e5'").code == 0);
}

TEST_CASE("a merge: --fail-if ends with 4 as the sweep does") {
  const std::string swept = kStudy + "s sweep $d/s.yaml -o $d/a >$d/1; ";
  CHECK(shell(swept + "s merge $d/a -o $d/b --fail-if 'days > 3.5'").code == 4);
  CHECK(shell(swept + "s merge $d/a -o $d/b --fail-if 'days > 1e5'").code == 0);
  const Shell misspelt = shell(swept + "s merge $d/a -o $d/b --fail-if 'dyas > 1'; test ! -e $d/b || echo left");
  CHECK_THAT(misspelt.err, ContainsSubstring("there is no number dyas"));
  CHECK(misspelt.out.empty());
}

TEST_CASE("a sweep: a condition on what is not known passes, and says at how many points") {
  // The catalogue has no price of an H20 with 141 GB.
  const Shell passed =
      shell(kStudy +
            "printf 'scenario: %s/scenarios/quickstart.yaml\naxes: [{key: fleet.0.chip, values: [H100-SXM5-80GB, "
            "H20-SXM-141GB]}]\n' \"$PWD\" >$d/s.yaml; \"$simulate\" sweep $d/s.yaml -o $d/a --fail-if "
            "'cost_usd > 1e12 or days > 1e5'");
  CHECK(passed.code == 0);
  CHECK_THAT(passed.err, ContainsSubstring("--fail-if: cost_usd not known at 1 of 2 points"));
}

TEST_CASE("a map's cells are data too") {
  const auto map = nlohmann::json::parse(
      output_of(kStudy + "s sweep $d/s.yaml -o $d/a >$d/1; s map $d/a -o $d/m.svg --json; test -s $d/m.svg"));
  CHECK(map["x"] == "training.tokens");
  CHECK(map["y"] == "parallel.tp");
  REQUIRE(map["cells"].size() == 6);
  for (const auto& cell : map["cells"]) CHECK(cell["value"].is_null() == (cell["status"] != "ok"));
}

TEST_CASE("a map and a front are drawn, with the front as text or data too") {
  const std::string swept = kStudy + "s sweep $d/s.yaml -o $d/a >$d/1; ";
  CHECK(output_of(swept + "s map $d/a -o $d/m.svg; head -c 4 $d/m.svg; grep -c '<title>' $d/m.svg") == "<svg6\n");
  const auto front = nlohmann::json::parse(output_of(swept + "s pareto $d/a -o $d/f.svg --json; test -s $d/f.svg"));
  // Fewer tokens are fewer days and less money: one point is best in both.
  REQUIRE(front["front"].size() == 1);
  CHECK(front["front"][0]["index"] == 0);
}

TEST_CASE("scripts for Slurm carry what the sweep was asked for") {
  const std::string text = output_of(kStudy +
                                     "cd $d; s sweep s.yaml --emit slurm --jobs 3 --csv t.csv --sqlite t.db --fail-if "
                                     "'days > 9' -o x; grep -o -- '--jobs 3' x/shard.sh; "
                                     "grep -oE -- \"--(csv|sqlite|fail-if) '[^']*'\" x/merge.sh");
  CHECK(text == "--jobs 3\n--csv 't.csv'\n--sqlite 't.db'\n--fail-if 'days > 9'\n");
}

TEST_CASE("scripts for Slurm are bash, and quote what they are given") {
  const std::string text =
      output_of(kStudy +
                "mkdir \"$d/it's\"; cd $d; s sweep s.yaml --emit slurm --shards 3 -o \"it's\" && for f in "
                "it\\'s/*.sh; do bash -n \"$f\" && echo ok; done; grep -c -- '--array=0-2' it\\'s/submit.sh");
  CHECK(text == "ok\nok\nok\n1\n");
}
