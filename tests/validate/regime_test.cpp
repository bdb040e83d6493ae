#include "sim/validate/regime.hpp"

#include "sim/validate/validate.hpp"
#include "tests/support/catch.hpp"
#include "tests/validate/records.hpp"

using sim::iteration::Stave;
using sim::iteration::StaveSeconds;
using sim::validate::Regime;
using sim::validate::regime_of;

namespace {

StaveSeconds staves(std::initializer_list<std::pair<Stave, double>> seconds) {
  StaveSeconds all{};
  for (const auto& [stave, value] : seconds) all[static_cast<std::size_t>(stave)] = value;
  return all;
}

}  // namespace

TEST_CASE("the largest single stave names the regime when nothing else is there") {
  CHECK(regime_of(staves({{Stave::tensor_compute, 1}})) == Regime::compute);
  CHECK(regime_of(staves({{Stave::hbm_bandwidth, 1}})) == Regime::memory);
  CHECK(regime_of(staves({{Stave::launch, 1}})) == Regime::launch);
  for (const Stave stave : {Stave::scale_up, Stave::scale_out, Stave::host_link, Stave::latency}) {
    CHECK(regime_of(staves({{stave, 1}})) == Regime::communication);
  }
  CHECK(regime_of(staves({{Stave::bubble, 1}})) == Regime::bubble);
  CHECK(regime_of(staves({{Stave::imbalance, 1}})) == Regime::bubble);
}

TEST_CASE("staves of one group count together") {
  // 4 x 1 of communication against 3 of computing; 2 + 2 of waiting against 3.
  CHECK(regime_of(staves({{Stave::tensor_compute, 3},
                          {Stave::scale_up, 1},
                          {Stave::scale_out, 1},
                          {Stave::host_link, 1},
                          {Stave::latency, 1}})) == Regime::communication);
  CHECK(regime_of(staves({{Stave::tensor_compute, 3}, {Stave::bubble, 2}, {Stave::imbalance, 2}})) == Regime::bubble);
  // Computing and memory are not one group: 3 of launch is more than either 2.
  CHECK(regime_of(staves({{Stave::tensor_compute, 2}, {Stave::hbm_bandwidth, 2}, {Stave::launch, 3}})) ==
        Regime::launch);
}

TEST_CASE("a record's regime follows its work: wide layers compute, a long pipeline of one micro-batch waits") {
  sim::validate::Record record = sim::test::plain_record();
  record.model.hidden = 8192;
  record.model.ffn_hidden = 32768;
  record.model.heads = record.model.kv_heads = 64;
  record.run.global_batch = 256;
  CHECK(validate_record(record).regime == Regime::compute);
  record.model.layers = 8;
  record.run.dp = 1;
  record.run.pp = 8;
  record.run.global_batch = 1;
  CHECK(validate_record(record).regime == Regime::bubble);  // seven of eight stages wait at any time
}
