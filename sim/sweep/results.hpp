#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace sim::sweep {

/// Part `index` of `count`: every count-th point from `index`, as neighbours take about as long.
struct Shard {
  std::int64_t index = 0, count = 1;
  [[nodiscard]] bool has(std::int64_t point) const { return point % count == index; }
};

/// First line of a file of results.
struct Header {
  std::string study;              ///< name, for people
  std::string fingerprint;        ///< of the study
  std::string version;            ///< of the program
  std::vector<std::string> axes;  ///< keys, in the order of the study
  std::int64_t points = 0;        ///< of the whole study
  Shard shard;
};

/// JSON Lines: a header, then a row a point.
struct Results {
  Header header;
  std::map<std::int64_t, std::string> rows;  ///< by index, without line ends
  std::size_t bytes = 0;                     ///< of the whole lines that were read; what follows is a torn line
};

[[nodiscard]] std::string header_line(const Header& header);

/// Reads a file of results; a last line without its end is left out when `may_be_torn` (a journal, in which the later
/// row of a point that failed counts), else refused. Throws InputError for lines that are no rows, foreign indices, and
/// indices that come twice.
[[nodiscard]] Results read_results(const std::string& path, bool may_be_torn = false);

/// Points of the shard without a row.
[[nodiscard]] std::vector<std::int64_t> missing_points(const Results& results);

/// Whether a row is of a point at which the program failed.
[[nodiscard]] bool has_failed(const std::string& row);

/// Points of the shard that a sweep has to do: without a row, or failed.
[[nodiscard]] std::vector<std::int64_t> open_points(const Results& results);

/// One file from those of all shards. Throws InputError naming files of other studies, doubled and missing indices.
[[nodiscard]] Results merge_results(const std::vector<std::string>& paths);

/// Header and rows by index: the same bytes however the points were divided.
[[nodiscard]] std::string results_text(const Results& results);

}  // namespace sim::sweep
