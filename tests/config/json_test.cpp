#include "sim/config/json.hpp"

#include "tests/support/catch.hpp"

using Catch::Matchers::StartsWith;
using sim::InputError;
using sim::config::read_json_text;
using sim::config::Value;

namespace {

std::string place(const sim::SourceMark& mark) {
  return std::to_string(mark.line) + ":" + std::to_string(mark.column);
}

std::string fault_of(const std::string& text) {
  try {
    (void)read_json_text(text, "config.json");
  } catch (const InputError& error) {
    const sim::Diagnostic& first = error.diagnostics().front();
    return place(first.mark) + " " + first.message;
  }
  return "";
}

}  // namespace

TEST_CASE("every value of a JSON file has its place") {
  const Value root = read_json_text(
      "{\n  \"a\": 12,\n  \"b\": [true, -1.5e3],\n\t\"c\\\"d\": \"te\\\"xt\",\n  \"e\": null, \"f\": {\"g\":7}\n}",
      "x");
  CHECK(place(root.mark) == "1:1");
  CHECK(place(root.entries.at(0).key_mark) == "2:3");
  CHECK(place(root.find("a")->mark) == "2:8");
  CHECK(root.find("a")->text == "12");
  CHECK(place(root.find("b")->mark) == "3:8");
  CHECK(place(root.find("b")->items.at(0).mark) == "3:9");
  CHECK(root.find("b")->items.at(0).text == "true");
  CHECK(place(root.find("b")->items.at(1).mark) == "3:15");
  CHECK(root.find("b")->items.at(1).text == "-1.5e3");
  CHECK(place(root.find("c\"d")->mark) == "4:10");
  CHECK(root.find("c\"d")->text == "te\"xt");
  CHECK(root.find("c\"d")->quoted);
  CHECK(root.find("e")->kind == Value::Kind::null);
  CHECK(place(root.find("f")->find("g")->mark) == "5:24");
  CHECK(read_json_text("7", "x").text == "7");
}

TEST_CASE("what is no JSON is refused at its line and column") {
  CHECK_THAT(fault_of("{\n  \"a\": 1,\n}"), StartsWith("3:1 not valid JSON: "));
  CHECK_THAT(fault_of("{\n  \"a\": tru\n}"), StartsWith("2:"));
  CHECK_THAT(fault_of("{\"a\": 1} x"), StartsWith("1:10 not valid JSON: "));
  CHECK_THAT(fault_of("{\"a\": NaN}"), StartsWith("1:7 not valid JSON: "));
  CHECK_THAT(fault_of("{\"a\": 1e999}"), ContainsSubstring("not valid JSON"));
  CHECK_THAT(fault_of("{// no\n}"), StartsWith("1:2 not valid JSON: "));
  CHECK(fault_of("{\"a\": 1,\n \"a\": 2}") == "2:2 duplicate key \"a\"");
  CHECK(fault_of(" \n") == "0:0 the file is empty");
  CHECK_THAT(fault_of("{\"a\": \"\\u0007\"}"), ContainsSubstring("control character"));
  CHECK_THAT(fault_of(std::string(70, '[')), ContainsSubstring("more than 64 levels"));
}
