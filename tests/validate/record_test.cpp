#include "sim/validate/record.hpp"

#include <algorithm>

#include "sim/base/error.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/source_folder.hpp"
#include "tests/validate/records.hpp"

using sim::InputError;
using sim::test::plain_text;
using sim::test::replaced;
using sim::validate::parse_records;
using sim::validate::read_records;
using sim::validate::Record;

namespace {

std::vector<Record> shipped(const char* name) {
  return read_records(sim::test::source_folder() + "/validation/" + name);
}

std::ptrdiff_t well_specified(const std::vector<Record>& records) {
  return std::count_if(records.begin(), records.end(), [](const Record& record) { return record.well_specified; });
}

std::string message(const std::string& text) {
  try {
    (void)parse_records(text, "records.yaml");
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("the shipped files hold 641 and 205 records, of which 599 are well specified") {
  const std::vector<Record> published = shipped("measurements.yaml"), grid = shipped("one_node_a100_grid.yaml");
  CHECK(published.size() == 641);
  CHECK(grid.size() == 205);
  CHECK(well_specified(published) + well_specified(grid) == 599);
}

TEST_CASE("every key of a record reaches its field") {
  const std::string text = replaced(plain_text(), "gated_mlp: false",
                                    "gated_mlp: true, head_dim: 96, tied_embeddings: true, params_b: 7.5, "
                                    "moe: {experts: 8, topk: 2, expert_ffn: 512, shared_experts: 1, moe_layers: 3}");
  const Record record = parse_records(replaced(text, "zero_stage: 0", "zero_stage: 3, zero_group: 4"), "x").front();
  CHECK(record.chip == "A100-SXM4-80GB");
  CHECK(record.model.head_dim == 96);
  CHECK(record.model.tied_embeddings == true);
  CHECK(record.model.parameters == 7.5);
  REQUIRE(record.model.experts);
  CHECK(record.model.experts->top_k == 2);
  CHECK(record.model.experts->moe_layers == 3);
  CHECK(record.run.dp == 8);
  CHECK(record.run.zero_stage == 3);
  CHECK(record.run.zero_group == 4);
  CHECK(record.run.overlap == "none");
  CHECK(record.software.year == 2023);
  CHECK(record.iteration_seconds == 1.5);
  CHECK(record.well_specified);
}

TEST_CASE("a field that the source is silent about may be null or absent") {
  const std::string text =
      replaced(plain_text(), "year: 2023, flash_attention: true", "year: null, flash_attention: null");
  const Record record = parse_records(text, "x").front();
  CHECK_FALSE(record.software.year);
  CHECK_FALSE(record.software.flash_attention);
  CHECK_FALSE(record.model.tied_embeddings);
  CHECK_FALSE(record.model.experts);
}

TEST_CASE("a required field that is null is missing") {
  CHECK_THAT(message(replaced(plain_text(), "family: test", "family: null")),
             ContainsSubstring("family: required key is missing"));
}

TEST_CASE("an unknown key is an error at its line and column with the nearest name") {
  // Line 10 begins with "  run: {", 8 characters.
  // before.
  const std::string text = replaced(plain_text(), "{tp: 1,", "{tpp: 1, tp: 1,");
  CHECK_THAT(message(text), ContainsSubstring("records.yaml:10:9: error: run.tpp: unknown key; did you mean tp?"));
}

TEST_CASE("times, sizes and ids must make sense") {
  CHECK_THAT(message(replaced(plain_text(), "iteration_s: 1.5", "iteration_s: 0")),
             ContainsSubstring("measured.iteration_s: must be above 0"));
  CHECK_THAT(message(replaced(plain_text(), "gpus: 8", "gpus: 0")), ContainsSubstring("gpus: must be at least 1"));
  CHECK_THAT(message(replaced(plain_text(), "zero_stage: 0", "zero_stage: 4")),
             ContainsSubstring("run.zero_stage: must be at most 3"));
  CHECK_THAT(message(plain_text() + plain_text()), ContainsSubstring("id: plain occurs twice"));
}

TEST_CASE("a file that is not a list of records says so") {
  CHECK_THAT(message("id: x\n"), ContainsSubstring("expected a list of records"));
}
