#include <map>

#include "sim/config/catalog.hpp"
#include "sim/validate/record_job.hpp"
#include "sim/validate/validate.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/source_folder.hpp"
#include "tests/validate/records.hpp"

using sim::hardware::AttentionKernel;
using sim::test::plain_record;
using sim::validate::Record;
using sim::validate::RecordResult;
using sim::validate::Status;
using sim::validate::validate_record;

TEST_CASE("a silent source leaves the preset's attention, a stated one overrides it") {
  Record record = plain_record();
  record.software = {"megatron-lm", 2021, std::nullopt};
  const sim::hardware::SoftwarePreset preset = sim::config::software_for_stack("megatron-lm", 2021);
  CHECK(make_job(record).software.id == preset.id);
  CHECK(make_job(record).software.attention == preset.attention);
  record.software.flash_attention = false;
  CHECK(make_job(record).software.attention == preset.attention_without_flash);
  record.software = {"megatron-lm", 2019, true};
  CHECK(make_job(record).software.attention == AttentionKernel::flash_1);
}

TEST_CASE("a record's job has the record's sizes and skips the question whether it fits") {
  Record record = plain_record();
  record.model.layers = 96;
  record.model.hidden = 12288;  // 175e9 parameters on every chip: it cannot fit, but a measured run did
  record.model.heads = record.model.kv_heads = 96;
  record.model.ffn_hidden = 49152;
  const RecordResult result = validate_record(record);
  CHECK(result.status == Status::ok);
  CHECK(result.predicted_seconds > 0);
}

TEST_CASE("what cannot be simulated is reported with its reason, not thrown") {
  Record record = plain_record();
  record.chip = "A100-SXM4-81GB";
  CHECK(validate_record(record).status == Status::unsupported);
  CHECK_THAT(validate_record(record).reason, ContainsSubstring("A100-SXM4-81GB"));
  record = plain_record();
  record.gpus = 16;
  CHECK(validate_record(record).status == Status::infeasible);
  record = plain_record();
  record.run.precision = "fp4";
  CHECK(validate_record(record).status == Status::infeasible);
  record.run.precision = "fp5";
  CHECK(validate_record(record).status == Status::unsupported);
}

TEST_CASE("one published run of each chip is predicted within a factor of two") {
  std::map<std::string, Record> first_of_chip;
  for (const Record& record :
       sim::validate::read_records(sim::test::source_folder() + "/validation/measurements.yaml")) {
    if (record.well_specified) first_of_chip.emplace(record.chip, record);
  }
  CHECK(first_of_chip.size() >= 8);
  for (const auto& [chip, record] : first_of_chip) {
    const RecordResult result = validate_record(record);
    CAPTURE(chip, record.id, result.reason, result.measured_seconds, result.predicted_seconds);
    REQUIRE(result.status == Status::ok);
    CHECK(result.error < 1.0);
    CHECK(result.error > -0.5);
  }
}
