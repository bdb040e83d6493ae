#pragma once

#include <cstdint>

#include "sim/validate/timing_table.hpp"

namespace sim::validate {

/// One measured collective inside one node: a row of validation/microbench/collectives_one_node.csv.
struct MeasuredCollective {
  std::string chip;
  std::string software;    ///< age of the library; the model knows one, so it only groups errors
  std::string collective;  ///< all_reduce, all_gather, reduce_scatter, all_to_all or send
  int gpus = 0;
  std::int64_t bytes = 0;  ///< the full buffer (docs/model.md, "Collectives")
  double seconds = 0;
};

/// Reads a table with the columns chip, software, collective, gpus, bytes, latency_us. Throws InputError with every
/// mistake.
[[nodiscard]] std::vector<MeasuredCollective> read_collectives(const std::string& path);
[[nodiscard]] std::vector<MeasuredCollective> parse_collectives(const std::string& text, const std::string& name);

/// Prices every collective on an idle machine, without the share of a link that a training step leaves: among the first
/// chips of the usual node of their kind, by the constants of its link generation.
[[nodiscard]] TimingTable score_collectives(const std::vector<MeasuredCollective>& collectives);

}  // namespace sim::validate
