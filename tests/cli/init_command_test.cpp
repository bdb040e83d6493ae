#include "tests/cli/shell.hpp"
#include "tests/support/catch.hpp"

using sim::test::lines_of;
using sim::test::output_of;
using sim::test::Shell;
using sim::test::shell;

namespace {

const std::string kInFolder = "d=$(mktemp -d) && cd \"$d\" && ";

}  // namespace

TEST_CASE("init writes a scenario that passes check and runs, for parts of several makers") {
  const auto options = GENERATE(as<std::string>{}, "", "--count 64", "--chip H20-SXM-96GB --model llama2-13b",
                                "--chip v100-sxm2-32gb --count 16 --model gpt2-1.5b", "--chip Ascend-910B2");
  CAPTURE(options);
  const std::string text =
      output_of(kInFolder + "\"$simulate\" init " + options +
                " -o my.yaml -q && \"$simulate\" check my.yaml && \"$simulate\" run my.yaml -q --no-gains");
  CHECK(lines_of(text).at(0).rfind("my.yaml: ok: ", 0) == 0);
  CHECK_THAT(text, ContainsSubstring("ideal days"));
}

TEST_CASE("init without a file prints what it would write") {
  CHECK(output_of(kInFolder + "\"$simulate\" init --count 64 -o a.yaml -q && cat a.yaml") ==
        output_of("\"$simulate\" init --count 64"));
}

TEST_CASE("init chooses one node or a network by the count") {
  // A DGX H100 holds 8 chips.
  CHECK_THAT(output_of("\"$simulate\" init --count 8"), ContainsSubstring("topology: dgx_h100_single #"));
  CHECK_THAT(output_of("\"$simulate\" init --count 9"), ContainsSubstring("topology: dgx_h100_rail_ndr400 #"));
}

TEST_CASE("init trains a format that the part has") {
  // V100 has fp16 tensor cores and no bf16.
  CHECK_THAT(output_of("\"$simulate\" init --chip V100-SXM2-32GB"), ContainsSubstring("precision: fp16 "));
  CHECK_THAT(output_of("\"$simulate\" init"), ContainsSubstring("precision: bf16 "));
}

TEST_CASE("init leaves a file that is there as it is, but with --force") {
  const Shell kept = shell(kInFolder + "echo mine >a.yaml && ! \"$simulate\" init -o a.yaml && cat a.yaml");
  CHECK(kept.out == "mine\n");
  CHECK_THAT(kept.err, ContainsSubstring("a.yaml is there already"));
  CHECK_THAT(output_of(kInFolder + "echo mine >a.yaml && \"$simulate\" init -q --force -o a.yaml && cat a.yaml"),
             ContainsSubstring("schema_version: 1"));
}

TEST_CASE("init suggests names, and writes nothing for unknown ones") {
  const Shell chip = shell(kInFolder + "\"$simulate\" init --chip H20-SXM-96G -o a.yaml; code=$?; ls; exit $code");
  CHECK(chip.code == 2);
  CHECK(chip.out.empty());
  CHECK_THAT(chip.err, ContainsSubstring("did you mean h20-sxm-96gb?"));
  CHECK_THAT(shell("\"$simulate\" init --model llama2-7c").err, ContainsSubstring("did you mean llama2-7b?"));
}

TEST_CASE("check names the faults of all files and ends with the highest code") {
  // tp 3 x dp 4 needs 12 chips of 8 (exit 3); a key that is unknown is exit 2.
  const Shell result = shell(
      "\"$simulate\" check scenarios/quickstart.yaml <(sed 's/tp: 2 /tp: 3 /' scenarios/quickstart.yaml) "
      "<(sed 's/^model:/modle:/' scenarios/quickstart.yaml)");
  CHECK(result.code == 3);
  CHECK(lines_of(result.out).size() == 1);
  CHECK_THAT(result.out, ContainsSubstring("quickstart.yaml: ok: 8 of 8 chips work, tp 2, cp 1, pp 1, dp 4"));
  CHECK_THAT(result.err, ContainsSubstring("modle"));
  CHECK(shell("\"$simulate\" check <(sed 's/^model:/modle:/' scenarios/quickstart.yaml)").code == 2);
}

TEST_CASE("init leaves the topology of a part without scale-up links to its user") {
  const Shell refused = shell("\"$simulate\" init --chip L20-PCIe");
  CHECK(refused.code == 2);
  CHECK_THAT(refused.err, ContainsSubstring("name one of topologies/ with --topology"));
  CHECK_THAT(output_of("\"$simulate\" init --chip L20-PCIe --topology pcie_8_single"),
             ContainsSubstring("topology: pcie_8_single #"));
}

TEST_CASE("init and check refuse --json, which they could only ignore") {
  CHECK(shell("\"$simulate\" init --json").code == 2);
  CHECK(shell("\"$simulate\" check scenarios/quickstart.yaml --json").code == 2);
}

TEST_CASE("check says what run says of a bad scenario") {
  const std::string bad = " scenarios/quickstart.yaml --set parallel.dp=8";
  const Shell checked = shell("\"$simulate\" check" + bad), run = shell("\"$simulate\" run" + bad);
  CHECK(checked.code == 3);
  CHECK(checked.code == run.code);
  CHECK(checked.err == run.err);
  // 7B parameters without sharing of the optimizer's state: 16 bytes each on one of 8 chips are 108 GB of 80.
  const std::string big = " scenarios/quickstart.yaml --set parallel.tp=1 --set parallel.dp=8 --set parallel.zero=0";
  CHECK(shell("\"$simulate\" check" + big).code == 3);
  CHECK(shell("\"$simulate\" check" + big).err == shell("\"$simulate\" run" + big).err);
}
