#pragma once

#include <string>
#include <vector>

#include "sim/report/study_report.hpp"
#include "sim/sweep/results.hpp"

namespace CLI {
class App;
}

namespace sim::cli {

/// Other forms of the results of a sweep; empty: not wanted.
struct StudyTables {
  std::string csv, sqlite;
};

void add_table_options(CLI::App& command, StudyTables& tables);

/// Writes them whole or not at all.
void write_tables(const StudyTables& tables, const sweep::Results& results);

/// Results of a sweep, and which of its points are looked at.
struct StudySelection {
  std::string file;
  std::vector<std::string> where;  ///< "KEY=VALUE"
};

void add_selection_options(CLI::App& command, StudySelection& selection);

struct SelectedPoints {
  sweep::Header header;
  std::vector<report::StudyPoint> points;
};

/// Reads the file and keeps the points that agree with every `where`: numbers by value (10e9 is 10000000000), other
/// texts letter by letter. Throws InputError for unknown keys, and for values that no point has.
[[nodiscard]] SelectedPoints selected_points(const StudySelection& selection);

}  // namespace sim::cli
