#include <string>

#include "sim/config/value.hpp"
#include "tests/support/catch.hpp"

using namespace sim;
using namespace sim::config;

namespace {

Value parsed(const std::string& text) {
  return read_yaml_text(text, "a.yaml");
}

std::string error_of_set(const std::string& path, const std::string& text) {
  Value root = parsed("name: x\nfleet:\n- count: 1\n");
  try {
    set_value(root, path, text);
  } catch (const InputError& error) {
    return error.what();
  }
  return "accepted";
}

}  // namespace

TEST_CASE("set_value replaces a value and says where it comes from") {
  Value root = parsed("parallel: {tp: 8, pp: 4}\n");
  set_value(root, "parallel.tp", "2");
  CHECK(root.find("parallel")->find("tp")->text == "2");
  CHECK(root.find("parallel")->find("tp")->mark.file == "--set parallel.tp");
  CHECK(root.find("parallel")->find("tp")->mark.line == 0);
  CHECK(root.find("parallel")->find("pp")->text == "4");
}

TEST_CASE("set_value makes the maps on the way") {
  Value root = parsed("name: x\nempty:\n");
  set_value(root, "parallel.overlap.tp", "true");
  set_value(root, "empty.key", "1");
  CHECK(root.find("parallel")->find("overlap")->find("tp")->text == "true");
  CHECK(root.find("empty")->find("key")->text == "1");
}

TEST_CASE("set_value goes into lists and takes YAML values") {
  Value root = parsed("fleet:\n- count: 1\n- count: 2\n");
  set_value(root, "fleet.1.count", "7");
  set_value(root, "fleet.0", "{count: 3, chip: \"a100\"}");
  CHECK(root.find("fleet")->items[1].find("count")->text == "7");
  CHECK(root.find("fleet")->items[0].find("chip")->quoted);
}

TEST_CASE("another config.json replaces a model as a whole") {
  const Value merged = merge(parsed("model: {layers: 3, hidden: 8}\n"), parsed("model: {hf: x.json}\n"));
  CHECK(merged.find("model")->find("layers") == nullptr);
  CHECK(merged.find("model")->find("hf")->text == "x.json");
}

TEST_CASE("set_value refuses what is no path and what is no value") {
  CHECK(error_of_set("a..b", "1") ==
        "--set a..b: error: not a path of keys\n  hint: write keys with dots between them, such as parallel.tp=8\n");
  CHECK(error_of_set("", "1") ==
        "--set : error: not a path of keys\n  hint: write keys with dots between them, such as parallel.tp=8\n");
  CHECK(error_of_set("name", " ") ==
        "--set name: error: the value is missing\n  hint: write \"\" in quotes for an empty text\n");
  CHECK(error_of_set("name.key", "1") ==
        "--set name.key: error: \"key\" is looked for in a single value\n  hint: set the key above it as a whole\n");
  CHECK(error_of_set("fleet.1.count", "1") ==
        "--set fleet.1.count: error: there is no item \"1\" in a list of 1\n  hint: items count from 0\n");
  CHECK(error_of_set("fleet.x", "1") ==
        "--set fleet.x: error: there is no item \"x\" in a list of 1\n  hint: items count from 0\n");
  CHECK_THAT(error_of_set("name", "a: b: c"), ContainsSubstring("--set name:1:5: error: not valid YAML"));
}

TEST_CASE("set_value cannot build a tree deeper than a file may be") {
  std::string path = "a";
  for (int i = 1; i < 65; ++i) path += ".a";
  CHECK_THAT(error_of_set(path, "1"), ContainsSubstring("not a path of keys"));
}

TEST_CASE("merge replaces a number with its source whole") {
  const Value merged = merge(parsed("n: {value: 1 s, kind: measured, source: x}\n"), parsed("n: {value: 2 s}\n"));
  CHECK(merged.find("n")->find("value")->text == "2 s");
  CHECK(merged.find("n")->find("source") == nullptr);
}

TEST_CASE("merge lets the second win key by key and replaces lists and scalars") {
  const Value base = parsed("a: 1\nb: {x: 1, y: 2}\nc: [1, 2]\nd: {x: 1}\n");
  const Value merged = merge(base, parsed("b: {y: 3, z: 4}\nc: [9]\nd: none\ne: 5\n"));
  REQUIRE(merged.entries.size() == 5);
  CHECK(merged.find("a")->text == "1");
  CHECK(merged.find("b")->find("x")->text == "1");
  CHECK(merged.find("b")->find("y")->text == "3");
  CHECK(merged.find("b")->find("z")->text == "4");
  CHECK(merged.find("c")->items.size() == 1);
  CHECK(merged.find("d")->text == "none");
  CHECK(merged.find("e")->text == "5");
}
