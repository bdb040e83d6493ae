#pragma once

#include <string>

#include "sim/validate/record.hpp"

namespace sim::test {

/// A record with nothing unusual: GPT of 4 layers on one DGX A100.
inline validate::Record plain_record() {
  validate::Record record;
  record.id = "plain";
  record.source = "made up for a test";
  record.family = "test";
  record.chip = "A100-SXM4-80GB";
  record.gpus = 8;
  record.gpus_per_node = 8;
  record.model = {"GPT", 4, 1024, 16, 16, 0, 4096, false, 50304, 1024, 0, std::nullopt, std::nullopt};
  record.run.dp = 8;
  record.run.global_batch = 8;
  record.run.precision = "bf16";
  record.software = {"megatron-lm", 2023, true};
  record.iteration_seconds = 1;
  return record;
}

/// The same run as the text of a file with one item.
inline std::string plain_text() {
  return R"(- id: plain
  source: made up for a test
  family: test
  chip: A100-SXM4-80GB
  gpus: 8
  gpus_per_node: 8
  nic_gbps_per_gpu: 0.0
  fabric: one node
  model: {name: GPT, layers: 4, hidden: 1024, heads: 16, kv_heads: 16, ffn_hidden: 4096, gated_mlp: false, vocab: 50304, seq: 1024}
  run: {tp: 1, pp: 1, vpp: 1, dp: 8, cp: 1, ep: 1, zero_stage: 0, micro_batch: 1, global_batch: 8, sequence_parallel: false, recompute: none, precision: bf16, schedule: 1f1b, overlap: none}
  measured: {iteration_s: 1.5}
  assumed: []
  notes: ''
  software: {stack: megatron-lm, year: 2023, flash_attention: true}
  well_specified: true
)";
}

/// `text` with its first `from` replaced by `to`.
inline std::string replaced(std::string text, const std::string& from, const std::string& to) {
  return text.replace(text.find(from), from.size(), to);
}

}  // namespace sim::test
