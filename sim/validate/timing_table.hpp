#pragma once

#include <map>
#include <string>
#include <vector>

#include "sim/validate/error_statistics.hpp"
#include "sim/validate/refusal.hpp"

namespace sim::validate {

/// One measured kernel or collective against its price. The prediction is there when the status is ok.
struct TimedRow {
  std::string id{};  ///< chip, kind, software and sizes in words
  std::string chip{};
  std::string
      link{};  ///< of collectives: link generation inside the node, or "host bus", and " + " network; else empty
  std::string kind{};      ///< format of a product, name of a collective
  std::string software{};  ///< kernel, or age of the library
  double measured_seconds = 0;
  Status status = Status::ok;
  std::string reason{};  ///< empty when ok
  double predicted_seconds = 0;
  double error = 0;    ///< predicted / measured - 1
  std::string size{};  ///< of collectives: class of bytes; else empty
};

/// Figures of the rows of one chip or link.
struct TimingGroup {
  ErrorSummary errors;
  SummaryMap by_kind;
  std::vector<std::size_t> worst;  ///< rows with the largest absolute errors, at most kWorstRows, worst first
};
inline constexpr std::size_t kWorstRows = 5;

/// A table of micro-benchmarks, scored.
struct TimingTable {
  std::vector<TimedRow> rows;  ///< in the order of the input, with those that could not be priced
  TimingGroup total;           ///< over every row with status ok, as all below
  std::map<std::string, TimingGroup> by_chip;
  std::map<std::string, TimingGroup> by_link;  ///< empty for kernels
  SummaryMap by_software;
  SummaryMap by_software_and_size;  ///< "nccl-2.18, 1 MiB and more"; empty for kernels
};

[[nodiscard]] TimingTable tabulate_timings(std::vector<TimedRow> rows);

/// Prices a row by `seconds`, a function of nothing: notes the prediction and its error, or why there is none.
void predict(TimedRow& row, const std::function<double()>& seconds);

}  // namespace sim::validate
