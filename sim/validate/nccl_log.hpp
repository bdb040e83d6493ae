#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/cost/collective_time.hpp"

namespace sim::validate {

/// One line of the table: out of place.
struct NcclRow {
  double bytes = 0;    ///< the full buffer S (docs/model.md, "Collectives"), which nccl-tests calls size
  double seconds = 0;  ///< one collective
};

/// Output of one run of nccl-tests (all_reduce_perf and its like).
struct NcclLog {
  std::string name;
  cost::Collective collective = cost::Collective::all_reduce;
  std::vector<int> ranks_of_node;  ///< ranks on each host, hosts in the order in which they appear
  std::string device;              ///< as the output names the first one, "NVIDIA H100 80GB HBM3"
  std::vector<NcclRow> rows;       ///< that count, by size as printed
  std::int64_t without_data = 0;   ///< left out: sizes that rounded to nothing
  std::int64_t wrong = 0;          ///< left out: results that the test found wrong

  [[nodiscard]] int ranks() const;
};

/// Rows that a run must have to be fitted.
inline constexpr std::size_t kLeastNcclRows = 8;

/// `collective` is the name of the program ("all_reduce_perf") or of the collective ("all_reduce"); empty: what the
/// output says, by its title or by bus rate over algorithm rate, which all_gather, reduce_scatter and all_to_all
/// share. Throws InputError with file and line for malformed lines, without a list of ranks, for a collective that
/// cannot be told, and for too few rows.
[[nodiscard]] NcclLog parse_nccl_log(const std::string& text, const std::string& name,
                                     const std::string& collective = "");

/// The word of nccl-tests for it, "all_reduce".
[[nodiscard]] const char* collective_name(cost::Collective collective);

}  // namespace sim::validate
