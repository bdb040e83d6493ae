#pragma once

#include <string>
#include <variant>
#include <vector>

#include "sim/sweep/results.hpp"

namespace sim::sweep {

using Cell = std::variant<std::monostate, std::string, double>;

/// The rows as a table: a column for each value, named by its path in the row ("days.p50"), but for the study's keys,
/// which are named as the study names them.
struct Table {
  std::vector<std::string> columns;
  std::vector<std::vector<Cell>> rows;  ///< as long as `columns`; empty where a point has no such value
};

[[nodiscard]] Table table_of(const Results& results);

/// Comma-separated, RFC 4180.
[[nodiscard]] std::string csv_text(const Table& table);

/// Writes the table `points` and the table `study` (name, fingerprint, version) into a new SQLite database. Throws
/// InputError when the file is there or cannot be written.
void write_sqlite(const std::string& path, const Header& header, const Table& table);

}  // namespace sim::sweep
