#include <string>

#include "sim/config/field_reader.hpp"
#include "sim/config/file_schema.hpp"
#include "sim/config/json_text.hpp"
#include "sim/config/schema_writer.hpp"
#include "sim/config/table_writer.hpp"
#include "sim/config/value_printer.hpp"
#include "tests/config/sample.hpp"
#include "tests/support/catch.hpp"

using namespace sim;
using namespace sim::config;
using sample::Sample;
using sample::Schedule;

namespace {

Sample full_sample() {
  Sample sample;
  sample.name = "x: \"y\"\nz";
  sample.recompute = true;
  sample.tokens = 13'000'000'000'000;
  sample.tp = 8;
  sample.ratio = 0.1;
  sample.schedule = Schedule::zero_bubble;
  sample.notes = {"plain text", "true", "010", "a: b", ""};
  sample.stages = {8, 7};
  sample.bandwidth = BytesPerSecond(12.5e9);
  sample.latency = {Seconds(1.5e-6), Origin::measured, "paper, table 3", 0.05};
  sample.efficiency = {0.75, Origin::assumed, "", 0};
  sample.limit = 5400;
  sample.overlap_tp = false;
  sample.fleet = {{"h100", 4}, {"h20", 1}};
  sample.degrade = {{"rail 0", {0.5}}, {"rail1", {0.25}}};
  return sample;
}

Value parsed(const std::string& text) {
  return read_yaml_text(text, "a.yaml");
}

const Value& at(const Value& root, const std::vector<std::string>& path) {
  const Value* value = &root;
  for (const std::string& key : path) {
    CAPTURE(key);
    value = value->find(key);
    REQUIRE(value != nullptr);
  }
  return *value;
}

}  // namespace

TEST_CASE("a struct prints as YAML with units") {
  CHECK(print_yaml(full_sample()) ==
        "name: \"x: \\\"y\\\"\\nz\"\n"
        "recompute: true\n"
        "tokens: 13000000000000\n"
        "tp: 8\n"
        "ratio: 0.1\n"
        "schedule: zero_bubble\n"
        "notes: [plain text, \"true\", \"010\", \"a: b\", \"\"]\n"
        "stages: [8, 7]\n"
        "bandwidth: 100 Gb/s\n"
        "latency: {value: 1.5 us, kind: measured, source: \"paper, table 3\", relative_error: 0.05}\n"
        "efficiency: 0.75\n"
        "limit: 1.5 h\n"
        "overlap:\n"
        "  tp: false\n"
        "fleet:\n"
        "  - chip: h100\n"
        "    count: 4\n"
        "  - chip: h20\n"
        "    count: 1\n"
        "degrade:\n"
        "  rail 0:\n"
        "    factor: 0.5\n"
        "  rail1:\n"
        "    factor: 0.25\n");
}

TEST_CASE("what is printed reads back to the same struct") {
  const Sample sample = GENERATE(full_sample(), Sample{});
  const std::string text = print_yaml(sample);
  CAPTURE(text);
  Diagnostics diagnostics;
  const Sample back = read<Sample>(parsed(text), diagnostics);
  diagnostics.throw_if_any();
  CHECK(back.name == sample.name);
  CHECK(back.notes == sample.notes);
  CHECK(back.limit == sample.limit);  // a limit that is not set is not printed
  CHECK(back.latency.source == sample.latency.source);
  CHECK(back.latency.origin == sample.latency.origin);
  CHECK(back.degrade.size() == sample.degrade.size());
  CHECK(print_yaml(back) == text);
}

TEST_CASE("a printed key may say where its value comes from") {
  Value value = parsed("title: x\noverlap: {tp: false}\nfleet:\n- chip: h20\n");
  set_value(value, "tp", "4");
  Diagnostics diagnostics;
  const Sample sample = read<Sample>(value, diagnostics);
  diagnostics.throw_if_any();
  const std::string text = print_yaml(sample, ValuePrinter::Comments::places, &value);
  CHECK_THAT(text, ContainsSubstring("name: x  # from a.yaml:1\n"));
  CHECK_THAT(text, ContainsSubstring("tp: 4  # from --set tp\n"));
  CHECK_THAT(text, ContainsSubstring("  tp: false  # from a.yaml:2\n"));
  CHECK_THAT(text, ContainsSubstring("  - chip: h20  # from a.yaml:4\n    count: 1  # default\n"));
  CHECK_THAT(text, ContainsSubstring("stages: [1, 2]  # default\n"));
  CHECK_THAT(text, ContainsSubstring("degrade: {}  # default\n"));
}

TEST_CASE("the key table has a row a key, nested keys with dots") {
  const std::string table = key_table<Sample>();
  CHECK_THAT(table, ContainsSubstring("| key | type | unit | default | allowed | meaning |\n| --- |"));
  CHECK_THAT(table, ContainsSubstring("| `name` | text |  | required |  | what to call it; also written title |\n"));
  CHECK_THAT(table, ContainsSubstring("| `recompute` | flag |  | false | true, false | forget activations |\n"));
  CHECK_THAT(table,
             ContainsSubstring("| `tp` | whole number |  | 1 | at least 1, at most 8 | tensor parallel size; also "
                               "written tensor-model-parallel-size |\n"));
  CHECK_THAT(table, ContainsSubstring("| `ratio` | number |  | 0.5 | above 0, at most 1 | a share |\n"));
  CHECK_THAT(table, ContainsSubstring("| `schedule` | choice |  | gpipe | gpipe, 1f1b, zero_bubble | order \\| of the "
                                      "passes |\n"));
  CHECK_THAT(table, ContainsSubstring("| `notes` | list of texts |  | [] |  | remarks |\n"));
  CHECK_THAT(table, ContainsSubstring("| `stages` | list of whole numbers |  | [1, 2] | at least 1 | "));
  CHECK_THAT(table, ContainsSubstring("| `bandwidth` | data rate | Gb/s or GB/s | 50 GB/s | at least 1 GB/s | per "
                                      "direction |\n"));
  CHECK_THAT(table,
             ContainsSubstring("| `latency` | time, with source | us or days | 1 us | at least 0 | one hop |\n"));
  CHECK_THAT(table, ContainsSubstring("| `efficiency` | number, with source |  | 0.8 | at least 0 | of the peak |\n"));
  CHECK_THAT(table, ContainsSubstring("| `limit` | time | us or days | none |  | give up after |\n"));
  CHECK_THAT(table,
             ContainsSubstring("| `overlap` | map |  | none |  | what hides behind compute |\n| `overlap.tp` | "));
  CHECK_THAT(table,
             ContainsSubstring("| `fleet` | list of maps |  | none |  | the chips |\n| `fleet[].chip` | text |  | "
                               "required |"));
  CHECK_THAT(table,
             ContainsSubstring("| `degrade` | map by name |  | none |  | slow parts |\n| `degrade.<name>.factor` "
                               "| number |  | 1 |"));
}

TEST_CASE("the schema describes every key as the reader takes it") {
  const std::string text = json_schema<Sample>("a sample");
  const Value schema = parsed(text);  // JSON is YAML: the reader also refuses duplicate keys and broken escapes
  CHECK(at(schema, {"$schema"}).text == "http://json-schema.org/draft-07/schema#");
  CHECK(at(schema, {"title"}).text == "a sample");
  CHECK(at(schema, {"type"}).text == "object");
  CHECK(at(schema, {"additionalProperties"}).text == "false");
  const Value& keys = at(schema, {"properties"});
  CHECK(at(keys, {"recompute", "type"}).text == "boolean");
  CHECK(at(keys, {"recompute", "default"}).text == "false");
  CHECK(at(keys, {"tensor-model-parallel-size", "$ref"}).text == "#/properties/tp");
  const Value& tp = at(keys, {"tp", "anyOf"}).items[0];
  CHECK(at(tp, {"type"}).text == "integer");
  CHECK(at(tp, {"minimum"}).text == "1");
  CHECK(at(tp, {"maximum"}).text == "8");
  CHECK(at(at(keys, {"ratio", "anyOf"}).items[0], {"exclusiveMinimum"}).text == "0");
  CHECK(at(keys, {"schedule", "enum"}).items[1].text == "1f1b");
  CHECK(at(keys, {"schedule", "default"}).text == "gpipe");
  CHECK(at(keys, {"stages", "default"}).items.size() == 2);
  CHECK(at(keys, {"bandwidth", "default"}).text == "50 GB/s");
  CHECK_THAT(at(at(keys, {"bandwidth", "anyOf"}).items[0], {"pattern"}).text, ContainsSubstring("|Gb/s|"));
  const Value& with_source = at(keys, {"latency", "anyOf"}).items[1];
  CHECK(at(with_source, {"required"}).items[0].text == "value");
  CHECK(at(with_source, {"properties", "kind", "enum"}).items.size() == 4);
  CHECK(keys.find("limit")->find("default") == nullptr);
  CHECK(at(keys, {"overlap", "properties", "tp", "default"}).text == "true");
  CHECK(at(keys, {"fleet", "items", "required"}).items[0].text == "chip");
  CHECK(at(keys, {"degrade", "additionalProperties", "properties", "factor", "anyOf"}).items.size() == 3);
  // name or title, not both; tp or its other name, not both
  CHECK(at(schema, {"allOf"}).items.size() == 3);
  CHECK(schema.find("required") == nullptr);
}

TEST_CASE("JSON strings are escaped and JSON is broken into lines") {
  CHECK(json_string("a\"b\\c\nd\te\x01") == "\"a\\\"b\\\\c\\nd\\te\\u0001\"");
  const JsonObject inner = JsonObject().add("k", "[]").add("s", json_string("{\"}"));
  const JsonObject small = JsonObject().add("a", json_array({"1", "{}"})).add("b", inner.text());
  const std::string line = R"({"a": [1, {}], "b": {"k": [], "s": "{\"}"}})";
  CHECK(indented_json(small.text()) == line + "\n");
  const std::string wide = json_string(std::string(90, 'x'));
  CHECK(indented_json(JsonObject().add("small", small.text()).add("wide", json_array({wide})).text()) ==
        "{\n  \"small\": " + line + ",\n  \"wide\": [\n    " + wide + "\n  ]\n}\n");
}

TEST_CASE("what must be there stands apart where a file may take it from another one") {
  const Value schema = parsed(file_schema("chip"));
  CHECK(schema.find("required") == nullptr);
  CHECK(at(schema, {"if", "not", "required"}).items[0].text == "like");
  CHECK(at(schema, {"then", "required"}).items[0].text == "id");
  CHECK(at(schema, {"then", "properties", "scale_up", "required"}).items[0].text == "link");
  // A list takes the place of the one in the other file: its items are whole.
  CHECK(at(schema, {"properties", "dies", "items", "required"}).items[0].text == "area");
  CHECK(at(schema, {"properties", "scale_up"}).find("required") == nullptr);
  CHECK(at(schema, {"properties", "default_kind", "enum"}).items.size() == 4);
}

TEST_CASE("a scenario's schema knows the parts that may be written out in it") {
  const Value schema = parsed(file_schema("scenario"));
  CHECK(at(at(schema, {"properties", "model", "anyOf"}).items[1], {"$ref"}).text == "#/definitions/model");
  CHECK(at(schema, {"definitions", "chip", "then", "required"}).items[0].text == "id");
  CHECK(at(schema, {"definitions", "model", "properties", "layers"}).find("anyOf") != nullptr);
  CHECK(at(schema, {"definitions", "reliability"}).find("then") == nullptr);  // what it leaves out is the usual
  CHECK(at(at(schema, {"definitions", "topology", "properties", "node", "anyOf"}).items[0], {"type"}).text == "string");
  CHECK(at(schema, {"properties", "fleet", "minItems"}).text == "1");
}

TEST_CASE("every kind of file has a schema with a title") {
  for (const std::string& kind : file_kinds()) {
    CAPTURE(kind);
    CHECK(!at(parsed(file_schema(kind)), {"title"}).text.empty());
  }
  // A calibration changes some numbers of a file that is there: none of its keys is required.
  const Value calibration = parsed(file_schema("calibration"));
  CHECK(at(calibration, {"properties", "kernels", "additionalProperties"}).find("required") == nullptr);
}
