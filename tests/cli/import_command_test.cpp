#include "tests/cli/shell.hpp"
#include "tests/support/catch.hpp"

using sim::test::lines_of;
using sim::test::output_of;
using sim::test::Shell;
using sim::test::shell;

namespace {

const std::string kInFolder = "root=$PWD && d=$(mktemp -d) && cd \"$d\" && ";

}  // namespace

TEST_CASE("what import writes passes check, for dense models and for experts") {
  const auto script = GENERATE(as<std::string>{}, "gpt3_175b.sh", "llama3_8b_fp8.sh", "llama3_70b.sh",
                               "mixtral_8x7b.sh", "deepseek_v3.txt");
  CAPTURE(script);
  const std::string text = output_of(kInFolder + "\"$simulate\" import megatron-args \"$root/tests/launch/scripts/" +
                                     script + "\" -o my.yaml -q && \"$simulate\" check my.yaml");
  CHECK(lines_of(text).at(0).rfind("my.yaml: ok: ", 0) == 0);
}

TEST_CASE("import reads standard input and takes what the user adds") {
  const Shell result = shell(
      "\"$simulate\" import megatron-args - --chip H20-SXM-96GB --count 64 --tokens 1e12 --software "
      "transformer-engine-2023 <tests/launch/scripts/mixtral_8x7b.sh");
  CHECK(result.code == 0);
  CHECK_THAT(result.err, ContainsSubstring("note: variables without a value count for nothing: "));
  CHECK_THAT(result.out,
             ContainsSubstring("  - chip: H20-SXM-96GB\n    count: 64\n    topology: hgx_h20_rail_400g  #"));
  CHECK_THAT(result.out, ContainsSubstring("tokens: 1000000000000\n"));
  CHECK_THAT(result.out, ContainsSubstring("software: transformer-engine-2023\n"));
}

TEST_CASE("import says on standard error what it leaves out") {
  const std::string line = "\"$simulate\" import megatron-args tests/launch/scripts/gpt3_175b.sh";
  CHECK_THAT(shell(line).err, ContainsSubstring("note: --rampup-batch-size: all steps"));
  CHECK(shell(line + " -q").err.empty());
}

TEST_CASE("a scenario names a config.json as its folder sees it, and may change the model") {
  const std::string scenario =
      "printf 'model: {hf: deep/config.json, layers: 16}\\n' >my.yaml && "
      "sed '/^model:/d' \"$root/scenarios/quickstart.yaml\" >>my.yaml && mkdir deep && "
      "cp \"$root/tests/config/hf/llama3.1-8b.json\" deep/config.json && ";
  const std::string checked = output_of(kInFolder + scenario + "cd / && \"$simulate\" check \"$d/my.yaml\"");
  CHECK_THAT(checked, ContainsSubstring("my.yaml: ok: "));
  const std::string printed = output_of(kInFolder + scenario + "\"$simulate\" run my.yaml --print-config");
  CHECK_THAT(printed, ContainsSubstring("layers: 16"));
  CHECK_THAT(printed, ContainsSubstring("ffn_hidden: 14336"));
}

TEST_CASE("what a config.json leaves out is said once, on standard error") {
  const std::string line =
      "\"$simulate\" check scenarios/quickstart.yaml --set 'model={hf: tests/config/hf/mistral-7b.json}'";
  const Shell result = shell(line);
  CHECK(result.code == 0);
  CHECK(lines_of(result.err).size() == 1);
  CHECK_THAT(result.err, ContainsSubstring("note: tests/config/hf/mistral-7b.json: sliding_window"));
}
