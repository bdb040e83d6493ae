#pragma once

#include <cstdint>

#include "sim/validate/timing_table.hpp"

namespace sim::validate {

/// One measured collective: a row of validation/microbench/collectives_*.csv.
struct MeasuredCollective {
  std::string chip;
  std::string software;    ///< age of the library: one of the `names` of a file of catalog/collectives
  std::string collective;  ///< all_reduce, all_gather, reduce_scatter, all_to_all or send
  int gpus = 0;
  std::int64_t bytes = 0;  ///< the full buffer (docs/model.md, "Collectives")
  double seconds = 0;
  std::string table{};      ///< that it comes from; may be empty, as all below
  std::string algorithm{};  ///< that the benchmark forced: ring, tree, in_switch or in_switch_tree
  int nodes = 1;
  int links = 0;            ///< of a chip; 0: as usual
  int nics = 0;             ///< of a node, used by the group; more than 0 where nodes > 1
  double nic_gigabits = 0;  ///< Gb/s of one, one direction; likewise
  std::string network{};    ///< likewise: a file of catalog/networks
};

/// Reads a table with the columns chip, software, collective, gpus, bytes, latency_us, and possibly table, confidence
/// (for readers only), algorithm, nodes, links, nics, nic_gbps, network. Throws InputError with every mistake.
[[nodiscard]] std::vector<MeasuredCollective> read_collectives(const std::string& path);
[[nodiscard]] std::vector<MeasuredCollective> parse_collectives(const std::string& text, const std::string& name);

/// Prices every collective on an idle machine, without the share of a link that a training step leaves: among the first
/// chips of the usual node of their kind, by the constants of its link generation at the age of the library.
[[nodiscard]] TimingTable score_collectives(const std::vector<MeasuredCollective>& collectives);

}  // namespace sim::validate
