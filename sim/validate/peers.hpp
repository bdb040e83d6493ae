#pragma once

#include <string>
#include <vector>

namespace sim::validate {

/// What another predictor scores: a row of validation/peers.csv.
struct Peer {
  std::string name;
  double mape = 0;    ///< mean absolute error, fraction
  std::string scope;  ///< on which records
  std::string kind;   ///< "measured here" or "claimed by its authors"
  std::string remark;
};

/// Throws InputError with every mistake.
[[nodiscard]] std::vector<Peer> read_peers(const std::string& path);

/// Why a run is missed, where something is known: a row of validation/known_misses.csv. Words for readers; no
/// prediction uses them.
struct KnownMiss {
  std::string id;  ///< of a record, or the beginning of several
  std::string reason;
};

/// Throws InputError with every mistake.
[[nodiscard]] std::vector<KnownMiss> read_known_misses(const std::string& path);

}  // namespace sim::validate
