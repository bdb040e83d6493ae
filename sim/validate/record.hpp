#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/config/fields.hpp"

namespace sim::validate {

/// Experts of a record's model; absent for dense models.
struct RecordExperts {
  int experts = 0;
  int top_k = 0;
  std::int64_t expert_ffn = 0;
  int shared_experts = 0;
  int moe_layers = 0;
};

struct RecordModel {
  std::string name;
  int layers = 0;
  std::int64_t hidden = 0;
  std::int64_t heads = 0;
  std::int64_t kv_heads = 0;
  std::int64_t head_dim = 0;  ///< 0: hidden / heads
  std::int64_t ffn_hidden = 0;
  bool gated_mlp = false;
  std::int64_t vocabulary = 0;
  std::int64_t sequence_length = 0;  ///< tokens
  double parameters = 0;             ///< the source's count, 1e9; 0: not stated
  std::optional<bool> tied_embeddings;
  std::optional<RecordExperts> experts;
};

/// How the run was cut. Words stand as the record has them: one that the simulator does not know makes the record
/// unsupported, not the file malformed.
struct RecordRun {
  int tp = 1;
  int pp = 1;
  int vpp = 1;
  int dp = 1;
  int cp = 1;
  int ep = 1;
  int zero_stage = 0;
  int zero_group = 0;  ///< chips that share one sharded copy; 0: all data-parallel ranks
  std::int64_t micro_batch = 1;
  std::int64_t global_batch = 1;
  bool sequence_parallel = false;
  std::string recompute = "none";
  std::string precision;
  std::string schedule = "1f1b";
  std::string overlap;  ///< the source's words
};

struct RecordSoftware {
  std::string stack;
  std::optional<int> year;
  std::optional<bool> flash_attention;  ///< empty: the source is silent
};

/// One published measurement of a training run, in the form of validation/README.md.
struct Record {
  std::string id;
  std::string source;
  std::string family;
  std::string chip;
  int gpus = 0;
  int gpus_per_node = 0;
  double nic_gbps_per_gpu = 0;  ///< Gb/s per chip, one direction; 0: one node, or unknown
  std::string fabric;           ///< the source's words
  RecordModel model;
  RecordRun run;
  RecordSoftware software;
  double iteration_seconds = 0;
  std::string derived_from;
  std::vector<std::string> assumed;
  bool well_specified = false;
  std::string notes;
};

/// Describes every key of the record form.
void describe(config::Fields& fields, Record& record);

/// Reads a list of records. A key without a value counts as absent. Throws InputError with every mistake of the file:
/// unknown, missing and misspelt keys, numbers out of range, ids that occur twice.
[[nodiscard]] std::vector<Record> read_records(const std::string& path);

/// The same from a text; `name` stands in messages.
[[nodiscard]] std::vector<Record> parse_records(const std::string& text, const std::string& name);

}  // namespace sim::validate
