#pragma once

#include <functional>
#include <string>
#include <vector>

#include "sim/validate/error_statistics.hpp"
#include "sim/validate/rank_correlation.hpp"
#include "sim/validate/record.hpp"
#include "sim/validate/refusal.hpp"
#include "sim/validate/regime.hpp"

namespace sim::validate {

/// What became of one record. Predictions are there when the status is ok.
struct RecordResult {
  std::string id;
  std::string chip;
  std::string family;
  bool well_specified = false;
  Status status = Status::ok;
  std::string reason;  ///< empty when ok
  double measured_seconds = 0;
  double predicted_seconds = 0;
  double error = 0;  ///< predicted / measured - 1
  Regime regime = Regime::compute;
  std::string model{};
  int gpus = 0;
  std::int64_t sequence_length = 0;  ///< tokens
  std::int64_t global_batch = 0;     ///< sequences
  int layers = 0;
  std::int64_t hidden = 0;
  bool has_experts = false;
  RecordRun run{};
};

/// Family of the runs of small models on 2, 4 or 8 A100 of one node (validation/one_node_a100_grid.yaml).
inline constexpr const char* kOneNodeGrid = "vtrainsingle";

/// Figures of a set of records: in all, for each name, and whether runs are put in the right order.
struct SummaryTable {
  ErrorSummary total;
  SummaryMap by_chip;
  SummaryMap by_family;
  SummaryMap by_regime;
  SummaryMap by_parallelism;              ///< tp > 1, pp > 1, zero 3 ...: a run counts in each that it uses
  SummaryMap by_size;                     ///< number of chips
  RankCorrelation rank_correlation;       ///< groups of one model on one number of one chip
  RankCorrelation same_work_correlation;  ///< groups that also share sequence length and global batch
};

struct Validation {
  std::vector<RecordResult> records;  ///< in the order of the input
  SummaryTable well_specified;        ///< over well-specified records with status ok
  SummaryTable all;                   ///< over every record with status ok
};

/// Simulates the run of one record. Whether it fits into memory is not asked: the run happened.
[[nodiscard]] RecordResult validate_record(const Record& record);

/// Simulates all records; `progress(done, count)` is called after each of them if it is set.
[[nodiscard]] Validation validate_records(const std::vector<Record>& records,
                                          const std::function<void(std::size_t, std::size_t)>& progress = {});

/// The tables of a set of results.
[[nodiscard]] SummaryTable tabulate(const std::vector<RecordResult>& results, bool only_well_specified);

}  // namespace sim::validate
